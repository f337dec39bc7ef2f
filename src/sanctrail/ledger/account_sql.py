"""The questions that make an account ledger out of parts, as SQL text over named tables.

Tables: `transfers` and `fees` are the parts; the others are the answers of the questions before.
"""

from sanctrail.ledger.batches import FEE

_RANKS = {
    "fee": 0,
    "genesis": 1,
    "transaction": 2,
    "trace": 3,
    "internal": 3,
    "token": 4,
    "withdrawal": 5,
}
LAST = 6
NO_LOG = "9223372036854775807"


def rank_sql(kind: str = "kind") -> str:
    """Where a kind stands among the movements of one transaction: its fee is paid first."""
    cases = " ".join(f"WHEN '{name}' THEN {rank}" for name, rank in _RANKS.items())
    return f"CASE {kind} {cases} ELSE {LAST} END"


def once_sql() -> str:
    """Transfers, each once: logs and traces by position, a transaction's value by its id.

    Where a transaction's traces are there, they hold its own value too. Rows of tables have no
    position, and equal ones are real.
    """
    return (
        "SELECT * FROM transfers WHERE row NOT IN (SELECT row FROM repeated)"
        " AND NOT (kind = 'transaction' AND transaction IN"
        " (SELECT transaction FROM transfers WHERE kind = 'trace' AND transaction <> ''))"
    )


def repeated_sql() -> str:
    """Rows of what is there already."""
    return (
        "SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY kind, transaction, block,"
        " position ORDER BY row) AS n FROM transfers"
        " WHERE (position >= 0 AND kind <> 'row') OR (kind = 'transaction' AND transaction <> ''))"
        " WHERE n > 1"
    )


def paid_sql() -> str:
    """Fees as movements from their payers to nowhere, one a transaction.

    They have the place of their transaction's other movements.
    """
    return (
        "SELECT coalesce(p.block, f.block) AS block, coalesce(p.time, f.time) AS time,"
        " coalesce(p.micros, 0) AS micros, coalesce(p.place, -1) AS place, f.transaction,"
        f" '{FEE}' AS kind, -1 AS position, f.payer AS sender, '' AS receiver, f.asset,"
        " f.fee AS amount, f.high, f.low, f.wide, false AS failed, '' AS sender_label,"
        " '' AS receiver_label, coalesce(p.row, f.row) AS row FROM ("
        " SELECT *, row_number() OVER (PARTITION BY transaction ORDER BY row, payer, fee) AS n"
        " FROM fees) f"
        " LEFT JOIN (SELECT transaction, min(block) AS block, min(time) AS time, min(micros) AS"
        " micros, max(place) AS place, min(row) AS row FROM transfers"
        " GROUP BY transaction) p ON f.transaction = p.transaction"
        " WHERE f.n = 1 AND f.fee <> '0'"
    )


def moved_sql() -> str:
    """All movements in order: a transaction's stand together, rows of tables as read.

    What one row of a transaction does not tell (its place in the block, its time) another does.
    Where none tells the place, its first log does: logs are counted through a whole block.
    """
    columns = (
        "block, time, micros, place, transaction, kind, position, sender, receiver, asset, amount,"
        " high, low, wide, failed, sender_label, receiver_label, row"
    )
    both = f"SELECT {columns} FROM once UNION ALL SELECT {columns} FROM paid"
    alone = "kind = 'row' OR transaction = ''"
    together = "OVER (PARTITION BY transaction)"
    log = "CASE WHEN kind = 'token' AND position >= 0 THEN position END"
    shared = ", ".join(
        f"CASE WHEN {alone} THEN {own} ELSE {told} END AS {name}"
        for name, own, told in (
            ("place", "place", f"max(place) {together}"),
            ("log", NO_LOG, f"coalesce(min({log}) {together}, {NO_LOG})"),
            ("lead", "row", f"min(row) {together}"),
            ("told", "time", f"max(time) {together}"),
        )
    )
    plain = columns.replace("place, ", "").replace(" time,", "")
    timed = (
        f"SELECT {plain}, place, log, lead, CASE WHEN told < 0 AND block >= 0"
        f" THEN max(told) OVER (PARTITION BY block) ELSE told END AS time FROM ("
        f"SELECT {plain}, {shared} FROM ({both}))"
    )
    return (
        "SELECT *, row_number() OVER (ORDER BY block, time, micros, place, log, lead, transaction,"
        f" {rank_sql()}, position, row) - 1 AS number FROM ({timed}) WHERE NOT failed"
    )


def failed_sql() -> str:
    """Transfers that failed: kept for the record."""
    return (
        "SELECT block, time, transaction, kind, position, sender, receiver, asset, amount"
        " FROM once WHERE failed ORDER BY block, time, place, row"
    )


def transactions_sql() -> str:
    """Transaction ids with their numbers, by first movement; failed ones behind all."""
    return (
        "SELECT transaction, row_number() OVER (ORDER BY min(f), transaction) - 1 AS id FROM ("
        "SELECT transaction, number AS f FROM moved UNION ALL"
        " SELECT transaction, 4611686018427387904 AS f FROM once WHERE failed)"
        " WHERE transaction <> '' GROUP BY transaction"
    )


def dictionary_sql() -> str:
    """Addresses with their ids, by first movement, and the first name given to each."""
    return (
        "SELECT address, coalesce(min_by(label, f) FILTER (WHERE label <> ''), '') AS label,"
        " row_number() OVER (ORDER BY min(f), address) - 1 AS id FROM ("
        "SELECT sender AS address, sender_label AS label, 2 * number AS f FROM moved UNION ALL"
        " SELECT receiver, receiver_label, 2 * number + 1 FROM moved UNION ALL"
        " SELECT sender, sender_label, 4611686018427387904 FROM once WHERE failed UNION ALL"
        " SELECT receiver, receiver_label, 4611686018427387904 FROM once WHERE failed)"
        " WHERE address <> '' GROUP BY address"
    )


def texts_sql(name: str, columns: str) -> str:
    """The texts of a dictionary in the order of their ids."""
    return f"SELECT {columns} FROM {name} ORDER BY id"


def numbered_sql() -> str:
    """The movements by numbers: dense ids in place of texts, null where there is nobody."""
    return (
        "SELECT m.number, m.block, m.time, m.kind, m.position, m.place, m.high, m.low, s.id AS"
        " sender, r.id AS receiver, a.id AS asset, t.id AS transaction FROM moved m"
        " LEFT JOIN dictionary s ON m.sender = s.address"
        " LEFT JOIN dictionary r ON m.receiver = r.address"
        " JOIN assets a ON m.asset = a.code"
        " LEFT JOIN transactions t ON m.transaction = t.transaction"
    )


def wide_sql() -> str:
    """Amounts beyond 128 bits, by movement."""
    return "SELECT number, wide AS amount FROM moved WHERE wide IS NOT NULL ORDER BY number"


def by_account_sql() -> str:
    """Each account's movements, in order, each once."""
    return (
        "SELECT account, number FROM (SELECT sender AS account, number FROM numbered"
        " WHERE sender IS NOT NULL UNION ALL SELECT receiver, number FROM numbered"
        " WHERE receiver IS NOT NULL AND (sender IS NULL OR receiver <> sender))"
        " ORDER BY account, number"
    )
