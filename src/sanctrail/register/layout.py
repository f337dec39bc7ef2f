"""Which tables a version has, and which facts their rows are."""

TABLES = (
    "listings",
    "names",
    "births",
    "countries",
    "addresses",
    "identifiers",
    "wallets",
    "measures",
    "acts",
    "relations",
    "details",
    "facts",
    "problems",
)

FACTS_OF_TABLE: dict[str, tuple[str, ...]] = {
    "names": ("name", "alias", "weak alias", "script name"),
    "births": ("birth",),
    "countries": ("nationality", "flag"),
    "addresses": ("address", "birth place"),
    "identifiers": ("identifier",),
    "wallets": ("wallet",),
    "measures": ("measure",),
    "acts": ("legal act",),
    "relations": ("relation",),
    "details": ("detail",),
}
"""Which facts a table's rows are: a form that cannot carry them has none of those rows."""

_FACT_SQL: dict[str, str] = {
    "names": (
        "CASE WHEN kind = 'primary' THEN 'name' "
        "WHEN kind = 'script' OR script NOT IN ('', 'Latn') THEN 'script name' "
        "WHEN quality = 'weak' THEN 'weak alias' ELSE 'alias' END"
    ),
    "countries": (
        "CASE WHEN role IN ('flag', 'former flag', 'registration') THEN 'flag' "
        "ELSE 'nationality' END"
    ),
    "addresses": "CASE WHEN role = 'birth' THEN 'birth place' ELSE 'address' END",
}
"""For tables of several facts: which one a row is, as `facts.py` tells it."""


def fact_sql(table: str) -> str:
    """Return the SQL that tells which fact a row of a table is."""
    if table == "facts":
        return "fact"
    only = FACTS_OF_TABLE[table][0]
    return _FACT_SQL.get(table, f"'{only}'")
