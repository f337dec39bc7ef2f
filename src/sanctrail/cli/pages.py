"""A party's page for people: what each list says of it, heading by heading, or side by side."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sanctrail.cli.render import WIDTH, plain, print_table, say, say_long

if TYPE_CHECKING:
    from sanctrail.parties import Join
    from sanctrail.regimes.abreast import Cell
    from sanctrail.regimes.asked import AskedParty

_HEADINGS = 16
_ABREAST = 4
"""Listings that stand in one table side by side; more go on in the next."""

_MARKS = {"contradiction": "≠", "only one": "+"}
_SHOWN = 12
"""Lines of one heading; the rest is counted, and stands in the JSON."""


def show_party(party: "AskedParty", *, each: bool = False) -> None:
    """Print a party: its one listing, or all side by side, or `each` after the other."""
    alone = len(party.pages) == 1 and not (party.left or party.undecided or party.joins)
    if not alone:
        _show_head(party)
    if len(party.pages) == 1 or each:
        _show_pages(party.pages)
        return
    for first in range(0, len(party.pages), _ABREAST):
        _show_abreast(party, first)
    say_long(
        "≠ the listings contradict one another; + only one has it (marked + in its column). "
        "Details, remarks and history stand in --each and --json."
    )


def _show_head(party: "AskedParty") -> None:
    kinds = ", ".join(dict.fromkeys(page["kind"] for page in party.pages))
    title = f"{party.name}  ({kinds})"
    say(title)
    say("=" * min(100, len(title)))
    listings = ", ".join(f"{page['listing_id']} on {page['list_id']}" for page in party.pages)
    _section("party", [f"{party.party_id}: {listings}"])
    asked = [listing_id for _, listing_id in party.asked if listing_id != party.party_id]
    _section("asked for", [f"{one}, a listing of {party.party_id}" for one in asked])
    _section("one because", [_join(join) for join in party.binding])
    _section("perhaps also", [_perhaps(join, party.others) for join in party.undecided])
    _section("left", [_left(row) for row in party.left])
    say()


def _join(join: "Join") -> str:
    reasons = "; ".join(join.reasons)
    return f"{join.left} = {join.right}: {join.basis}, {join.score:.2f} ({reasons})"


def _perhaps(join: "Join", names: Mapping[str, str]) -> str:
    left, right = (
        f"{one} {names[one]}" if one in names else one for one in (join.left, join.right)
    )
    return f"{left} and {right}: {join.basis}, {join.score:.2f} ({'; '.join(join.reasons)})"


def _left(row: Mapping[str, Any]) -> str:
    when = row["on_date"] or f"between {row['not_before']} and {row['not_after']}"
    who = f"{row['listing_id']} {row['primary_name']}"
    return f"{who} was listed on {row['list_id']} until {when} (--as-of {row['not_before']})"


def _show_abreast(party: "AskedParty", first: int) -> None:
    shown = slice(first, first + _ABREAST)
    heads = [f"{page['list_id']}\n{plain(page['listing_id'])}" for page in party.pages[shown]]
    rows = (
        [line.fact, _MARKS.get(line.difference, ""), *map(_cell, line.cells[shown])]
        for line in party.lines
    )
    print_table(("!fact", "!", *heads), (row for row in rows if any(row[2:])))


def _cell(cell: "Cell") -> str:
    shown = cell.texts if len(cell.texts) <= _SHOWN + 1 else cell.texts[:_SHOWN]
    lines = [f"+ {text}" if text in cell.only else text for text in shown]
    if len(shown) < len(cell.texts):
        lines.append(f"and {len(cell.texts) - len(shown):,} more")
    return "\n".join(lines)


def _show_pages(pages: Iterable[Mapping[str, Any]]) -> None:
    """Print every listing of a party, one after the other."""
    for page in pages:
        say(f"{page['primary_name']}  ({page['kind']})")
        say("=" * min(100, len(page["primary_name"]) + len(page["kind"]) + 4))
        for heading, lines in _sections(page):
            _section(heading, [line for line in lines if line])
        say()


def _section(heading: str, lines: Sequence[str]) -> None:
    shown = lines if len(lines) <= _SHOWN + 1 else lines[:_SHOWN]
    printed = [part for line in shown for part in _wrapped(line)]
    if len(shown) < len(lines):
        printed.append(f"and {len(lines) - len(shown):,} more (--json gives all)")
    for number, line in enumerate(printed):
        say(f"{heading if not number else '':<{_HEADINGS}}{line}")


def _wrapped(line: str) -> list[str]:
    width = WIDTH - _HEADINGS
    if len(line) <= width:
        return [line]
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)


def _sections(page: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield "listed", [f"{page['listing_id']} on {page['list_id']} of {page['list_date']}"]
    yield "reference", [page["reference"]]
    yield "since", [_since(page)]
    yield "amended", [", ".join(page["amended_on"])]
    yield "programme", [", ".join(page["programmes"])]
    yield "measures", [f"{row['kind']}: {row['as_written']}" for row in page["measures"]]
    yield "legal acts", [" of ".join(filter(None, (r["title"], r["date"]))) for r in page["acts"]]
    yield "names", [_name(row) for row in page["names"]]
    yield "born", [_birth(row) for row in page["births"]]
    yield "places", [_place(row) for row in page["addresses"]]
    yield "countries", [f"{row['role']}: {row['as_written']}" for row in page["countries"]]
    yield "gender", [page["gender"]]
    yield "identifiers", [_identifier(row) for row in page["identifiers"]]
    yield "wallets", [_wallet(row) for row in page["wallets"]]
    yield "relations", [_relation(row) for row in page["relations"]]
    yield "details", [f"{row['kind']}: {row['text']}" for row in page["details"]]
    yield "remarks", [page["remarks"]]
    yield "history", [_change(row) for row in page["history"]]


def _since(page: Mapping[str, Any]) -> str:
    seen = page["first_seen"]
    came = (
        f"first seen between {seen['not_before']} and {seen['not_after']}"
        if seen["not_before"]
        else f"on the list by {seen['not_after']}, the oldest version held"
        if seen["not_after"]
        else ""
    )
    if page["listed_on"] and page["listed_basis"]:
        said = f"{page['listed_on']} {page['listed_basis']} (its oldest legal act)"
    else:
        said = page["listed_on"]
    return "; ".join(filter(None, (said, came)))


def _name(row: dict[str, Any]) -> str:
    about = ", ".join(filter(None, (row["kind"], row["quality"], row["script"])))
    return f"{row['name']}  [{about}]"


def _birth(row: dict[str, Any]) -> str:
    days = row["earliest"] if row["precision"] == "day" else f"{row['earliest']} to {row['latest']}"
    return ("circa " if row["circa"] else "") + days + f" ({row['precision']})"


def _place(row: dict[str, Any]) -> str:
    where = ", ".join(filter(None, (row["text"], row["as_written"] or row["country"])))
    return f"{'born in' if row['role'] == 'birth' else 'address'}: {where}"


def _identifier(row: dict[str, Any]) -> str:
    issuer = f" ({row['country']})" if row["country"] else ""
    return f"{row['kind']} {row['number']}{issuer}"


def _wallet(row: dict[str, Any]) -> str:
    return f"{row['asset']} {row['address']} ({row['family']}, checksum {row['checksum']})"


def _relation(row: dict[str, Any]) -> str:
    former = "formerly " if row["former"] else ""
    other = " ".join(filter(None, (row["name"], f"({row['other']})" if row["other"] else "")))
    return f"{former}{row['kind']} {other or ''} [{row['as_written']}]"


def _change(row: dict[str, Any]) -> str:
    when = row["on_date"] or f"{row['not_before']} to {row['not_after']}"
    what = row["change"]
    if what == "amended":
        sides = " -> ".join(filter(None, (row["before"], row["after"])))
        sign = "" if row["before"] and row["after"] else ("+ " if row["after"] else "- ")
        what = f"{row['fact']}: {sign}{sides}"
    return f"{when}: {what}"
