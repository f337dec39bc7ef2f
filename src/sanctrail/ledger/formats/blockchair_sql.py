"""Whole transactions out of Blockchair's separate tables, as SQL text.

Tables: `outs` (an output a row), `ins` (an output and what spends it a row), `heads` (a transaction
a row); any of them may be empty.
"""


def transactions_sql() -> str:
    """Transactions in the order of blocks: the coinbase first, the rest as the tables hold them."""
    return (
        "SELECT txid, block, time, row_number() OVER (ORDER BY block, first, txid) - 1 AS tx"
        " FROM (SELECT txid, block, min(time) AS time, min(CASE WHEN coinbase"
        " THEN -1 ELSE row END) AS first FROM ("
        "SELECT txid, block, time, row, coinbase FROM heads UNION ALL"
        " SELECT txid, block, time, row, coinbase FROM outs UNION ALL"
        " SELECT spender, spent_block, spent_time, 4611686018427387904 + row, false FROM ins)"
        " GROUP BY txid, block)"
    )


def outputs_sql() -> str:
    """Outputs in the order of their transactions."""
    return (
        "SELECT t.tx, o.n, o.value, o.recipient, o.script, o.kind FROM outs o"
        " JOIN transactions t ON o.txid = t.txid AND o.block = t.block ORDER BY t.tx, o.n"
    )


def inputs_sql() -> str:
    """Inputs in the order of the transactions that spend."""
    return (
        "SELECT t.tx, i.slot, i.txid AS spent, i.n, i.value, i.recipient, i.script, i.kind"
        " FROM ins i JOIN transactions t ON i.spender = t.txid AND i.spent_block = t.block"
        " ORDER BY t.tx, i.slot"
    )


def heads_sql() -> str:
    """Transactions in order."""
    return "SELECT * FROM transactions ORDER BY tx"
