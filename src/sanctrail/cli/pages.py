"""A party's page for people: what each list says of it, heading by heading."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from sanctrail.cli.render import WIDTH, say

_HEADINGS = 16
_SHOWN = 12
"""Lines of one heading; the rest is counted, and stands in the JSON."""


def show_pages(pages: Iterable[dict[str, Any]]) -> None:
    """Print every listing of a party, one after the other."""
    for page in pages:
        say(f"{page['primary_name']}  ({page['kind']})")
        say("=" * min(100, len(page["primary_name"]) + len(page["kind"]) + 4))
        for heading, lines in _sections(page):
            _section(heading, [line for line in lines if line])
        say()


def _section(heading: str, lines: list[str]) -> None:
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


def _sections(page: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
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


def _since(page: dict[str, Any]) -> str:
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
