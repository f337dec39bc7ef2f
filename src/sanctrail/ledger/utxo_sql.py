"""The questions that make a UTXO ledger out of parts, as SQL text over named tables.

Tables: `transactions`, `outputs` and `inputs` are the parts; the others are the answers of the
questions before. Every question is one that any SQL engine with window functions can answer.
"""

WORDS = "a, b, c, d"
_SAME = "l.a = r.a AND l.b = r.b AND l.c = r.c AND l.d = r.d"

PLACE_BITS = 24
"""Bits for an output's place in its transaction, when both are joined in one number."""


def again_sql() -> str:
    """Ids that stand more than once."""
    return f"SELECT {WORDS} FROM transactions GROUP BY {WORDS} HAVING count(*) > 1"


def dropped_sql() -> str:
    """Transactions that are there already: all but the first of an id.

    Two coinbases of one id in different blocks are both kept: mainnet has two such pairs, from
    before BIP-30 forbade them.
    """
    return (
        "SELECT tx, block, first_block FROM ("
        " SELECT l.tx, l.block, min(l.tx) OVER w AS first, first_value(l.block) OVER"
        " (PARTITION BY l.a, l.b, l.c, l.d ORDER BY l.tx) AS first_block"
        f" FROM transactions l JOIN again r ON {_SAME}"
        " WINDOW w AS (PARTITION BY l.a, l.b, l.c, l.d,"
        " CASE WHEN l.ins = 0 THEN l.block ELSE -2 END)) WHERE tx <> first"
    )


def kept_sql() -> str:
    """The transactions that are not dropped."""
    return "SELECT * FROM transactions WHERE tx NOT IN (SELECT tx FROM dropped)"


def numbers_sql(source: str, *, deep: bool) -> str:
    """Transactions with their numbers in chain order.

    Blocks stand by height, those whose height no source tells by time. Inside a block they stand
    by place; where a source tells none, the coinbase first and the rest as they were read. With
    `deep`, none stands before those whose outputs it spends (`depths`).
    """
    time, depth = ("coalesce(e.time, t.time)", "coalesce(e.depth, 0)") if deep else ("t.time", "0")
    join = " LEFT JOIN depths e ON t.tx = e.tx" if deep else ""
    return (
        f"SELECT t.*, row_number() OVER (ORDER BY t.block, {time}, "
        f"CASE WHEN t.place < 0 AND t.ins > 0 THEN 1 ELSE 0 END, {depth}, t.place, t.tx) - 1"
        f" AS number FROM {source} t{join}"
    )


def as_read_sql() -> str:
    """Transactions whose order of reading is the chain's."""
    return "SELECT *, tx AS number FROM transactions"


def makers_sql() -> str:
    """Transactions with the spenders that mean them by their id: all, or those up to the next."""
    window = f"OVER (PARTITION BY {WORDS} ORDER BY number)"
    return (
        f"SELECT {WORDS}, number, CASE WHEN row_number() {window} = 1 THEN -1 ELSE number END AS"
        f" since, coalesce(lead(number) {window}, 4611686018427387904) AS until FROM numbers"
    )


def _numbered(ordered: bool, rows: str) -> tuple[str, str]:
    """Return where a row's transaction has its number, and the join that finds it.

    Where the order of reading is the chain's, it is the row's own.
    """
    if ordered:
        return f"{rows}.tx", ""
    return "t.number", f" JOIN numbers t ON {rows}.tx = t.tx"


def links_sql(*, twice: bool, ordered: bool) -> str:
    """Inputs with the number of the spending and of the making transaction.

    What the source tells of the spent output is kept where its transaction is not there. Where an
    id stands `twice`, an input means the last one before it.
    """
    told = ", ".join(
        f"CASE WHEN r.number IS NULL THEN l.{name} END AS {name}"
        for name in ("a", "b", "c", "d", "value", "address")
    )
    makers = "makers" if twice else "numbers"
    number, join = _numbered(ordered, "l")
    meant = f" AND {number} > r.since AND {number} <= r.until" if twice else ""
    return (
        f"SELECT {number} AS spender, l.slot, l.n, r.number AS maker, {told}"
        f" FROM inputs l{join} LEFT JOIN (SELECT {WORDS}, number{', since, until' if twice else ''}"
        f" FROM {makers}) r ON {_SAME}{meant}"
    )


def backwards_sql() -> str:
    """Links that run against the order of the chain."""
    return "SELECT spender, maker FROM links WHERE maker >= spender"


def edges_sql() -> str:
    """Links inside one block, by the order of reading."""
    return (
        "SELECT m.tx AS maker, s.tx AS spender, m.time AS made, s.time AS spent FROM links l"
        " JOIN numbers m ON l.maker = m.number JOIN numbers s ON l.spender = s.number"
        " WHERE m.block = s.block AND l.maker IS NOT NULL"
    )


def outside_sql() -> str:
    """Transactions outside the ledger whose outputs it spends, in that order."""
    return (
        f"SELECT {WORDS}, row_number() OVER (ORDER BY min(spender), min(slot), {WORDS}) - 1"
        f" AS number FROM links WHERE maker IS NULL GROUP BY {WORDS}"
    )


def outside_outputs_sql() -> str:
    """Their outputs, as far as the ledger spends them: number, place, value and address."""
    return (
        "SELECT row_number() OVER (ORDER BY r.number, l.n) - 1 AS output, r.number, l.n,"
        f" max(l.value) AS value, max(l.address) AS address FROM links l JOIN outside r ON {_SAME}"
        " WHERE l.maker IS NULL GROUP BY r.number, l.n"
    )


def _in_bucket(address: str, bucket: int, of: int) -> str:
    """Return the condition that an address is of one of `of` buckets, by its last letter."""
    return f"ascii(right({address}, 1)) % {of} = {bucket}" if of > 1 else "true"


def firsts_sql(*, ordered: bool, bucket: int, of: int) -> str:
    """Addresses with their first output in the chain, told by its transaction and place.

    It is asked bucket by bucket and apart from the numbering, since texts by the hundred million
    take more memory than an engine may have, and whole numbers a tenth of that.
    """
    number, join = _numbered(ordered, "o")
    return (
        "SELECT address, min(f) AS f FROM ("
        f"SELECT o.address, ({number} << {PLACE_BITS}) + o.n AS f FROM outputs o{join}"
        f" WHERE {_in_bucket('o.address', bucket, of)} UNION ALL"
        " SELECT address, output - 4611686018427387904 AS f FROM outside_outputs"
        f" WHERE {_in_bucket('address', bucket, of)}) WHERE address IS NOT NULL GROUP BY address"
    )


def ids_sql() -> str:
    """Ids of addresses, by their first output."""
    return "SELECT f, row_number() OVER (ORDER BY f) - 1 AS id FROM firsts"


def texts_sql() -> str:
    """The addresses in the order of their ids."""
    return "SELECT address, '' AS label FROM firsts ORDER BY f"


def held_sql(*, ordered: bool, bucket: int, of: int) -> str:
    """Outputs of a bucket with their transaction's number and their address's first output.

    What has no address is of the first bucket.
    """
    number, join = _numbered(ordered, "o")
    nobody = " OR o.address IS NULL" if not bucket else ""
    return (
        f"SELECT {number} AS number, o.n, o.value, d.f FROM outputs o{join} LEFT JOIN"
        f" (SELECT * FROM firsts WHERE {_in_bucket('address', bucket, of)}) d"
        f" ON o.address = d.address WHERE {_in_bucket('o.address', bucket, of)}{nobody}"
    )


def owned_sql() -> str:
    """The same with the id of their address."""
    return "SELECT h.number, h.n, h.value, i.id FROM held h LEFT JOIN ids i ON h.f = i.f"


def outside_owned_sql() -> str:
    """The same for outputs of transactions outside the ledger."""
    return (
        "SELECT o.output, o.n, o.value, i.id FROM outside_outputs o"
        " LEFT JOIN firsts d ON o.address = d.address LEFT JOIN ids i ON d.f = i.f"
        " ORDER BY o.output"
    )


def spends_sql() -> str:
    """Links within the ledger."""
    return "SELECT spender, slot, maker, n FROM links WHERE maker IS NOT NULL"


def outside_spends_sql() -> str:
    """Links to outputs from outside, by those outputs' numbers."""
    return (
        "SELECT l.spender, l.slot, x.output FROM links l"
        f" JOIN outside r ON {_SAME} JOIN outside_outputs x ON x.number = r.number AND x.n = l.n"
        " WHERE l.maker IS NULL"
    )


def conflicts_sql(limit: int) -> str:
    """The first transactions that sources put into different blocks."""
    return (
        "SELECT a, b, c, d, block, first_block FROM transactions JOIN dropped USING (tx, block)"
        f" WHERE block <> first_block ORDER BY tx LIMIT {limit}"
    )


def first_backwards_sql() -> str:
    """The first link that runs against the order of the chain, with its blocks."""
    return (
        "SELECT m.a, m.b, m.c, m.d, m.block AS made, s.block AS spent FROM backwards b"
        " JOIN numbers m ON b.maker = m.number JOIN numbers s ON b.spender = s.number"
        " ORDER BY b.spender LIMIT 1"
    )


def spent_twice_sql() -> str:
    """An output that more than one input spends."""
    return (
        "SELECT coalesce(m.a, l.a) AS a, coalesce(m.b, l.b) AS b, coalesce(m.c, l.c) AS c,"
        " coalesce(m.d, l.d) AS d, l.n, count(*) AS times FROM links l"
        " LEFT JOIN numbers m ON l.maker = m.number GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1"
        " ORDER BY 1, 2, 3, 4, 5 LIMIT 1"
    )


def unknown_values_sql() -> str:
    """How many spent outputs have a value that no source tells."""
    return "SELECT count(*) AS n FROM outside_outputs WHERE value < 0"


def hashes_sql() -> str:
    """Blocks with their hashes, as far as sources tell them."""
    return "SELECT block, min(hash) AS hash FROM blocks GROUP BY block ORDER BY block"
