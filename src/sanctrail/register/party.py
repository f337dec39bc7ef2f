"""One party's page: everything that the lists say of it, and since when."""

from collections import defaultdict
from typing import Any

from sanctrail.addresses import canonical, describe
from sanctrail.errors import InputError
from sanctrail.register.facts import same_text
from sanctrail.register.history import changes_since, first_seen
from sanctrail.register.layout import FACTS_OF_TABLE
from sanctrail.register.query import Key, Register

TABLES = tuple(FACTS_OF_TABLE)

_NAMED = "key = ? AND fact IN ('name', 'alias', 'weak alias', 'script name')"


def find_parties(register: Register, text: str) -> list[Key]:
    """Return the listings that a text names: an id, a reference, else an exact name or a wallet."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    asked: tuple[tuple[str, str, list[str]], ...] = (
        ("listings", "lower(listing_id) = ? OR lower(reference) = ?", [wanted, wanted]),
        ("facts", _NAMED, [same_text(text)]),
        ("wallets", "comparable = ?", [canonical(text)]),
    )
    for table, condition, parameters in asked:
        ids = register.ids_where(table, condition, parameters)
        found = list(register.listings(ids)) if ids else []
        if found:
            return found
    return []


def not_listed(register: Register, text: str) -> InputError:
    """Return the error that no list in force has whom a text names, with the next steps."""
    return InputError(
        f"'{text}': no list in force has this id, reference, exact name or wallet."
        f"{left_lists(register, text)} Names that are only similar are found by: "
        f"sanctrail screen '{text}'"
    )


def left_lists(register: Register, text: str) -> str:
    """Return a sentence on parties of this id or name that were delisted; empty if none were."""
    gone = [
        row
        for row in changes_since(register)
        if row["change"] == "delisted" and text.strip().casefold() in _called(row)
    ]
    if not gone:
        return ""
    last = gone[-1]
    when = last["on_date"] or f"between {last['not_before']} and {last['not_after']}"
    return (
        f" {last['listing_id']} {last['primary_name']} left {last['list_id']} {when}: show it with "
        f"--as-of {last['not_before']}."
    )


def _called(row: dict[str, Any]) -> tuple[str, ...]:
    listing_id = row["listing_id"].casefold()
    return listing_id, listing_id.partition(":")[2], row["primary_name"].casefold()


def pages_of(register: Register, keys: list[Key]) -> list[dict[str, Any]]:
    """Return one page a listing: its own facts, its relations by name, and its history."""
    parties = {listing_id for _, listing_id in keys}
    listings = register.listings(parties)
    tables = {table: _grouped(register, table, parties) for table in TABLES}
    history: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in changes_since(register, parties=parties):
        history[row["list_id"], row["listing_id"]].append(row)
    known = _names(register, tables["relations"])
    return [
        {
            **listings[key],
            **{table: tables[table].get(key, []) for table in TABLES},
            "wallets": [_checked(row) for row in tables["wallets"].get(key, [])],
            "relations": [_resolved(row, known) for row in tables["relations"].get(key, [])],
            "first_seen": first_seen(register, key[0], history[key]),
            "history": history[key],
        }
        for key in keys
    ]


def _grouped(register: Register, table: str, parties: set[str]) -> dict[Key, list[dict[str, Any]]]:
    grouped: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in register.rows(table, parties):
        key = row.pop("list_id"), row.pop("listing_id")
        del row["list_date"]
        grouped[key].append(row)
    return grouped


def _names(register: Register, relations: dict[Key, list[dict[str, Any]]]) -> dict[str, str]:
    others = {row["other"] for rows in relations.values() for row in rows if row["other"]}
    if not others:
        return {}
    return {key[1]: row["primary_name"] for key, row in register.listings(others).items()}


def _resolved(row: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {**row, "name": row["name"] or known.get(row["other"], "")}


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    form = describe(row["address"])
    return {
        "asset": row["asset"],
        "address": row["address"],
        "family": form.family,
        "checksum": form.checksum,
    }
