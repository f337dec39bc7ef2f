"""Extracts: facts taken from official lists, in the project's own JSON layout.

An extract is not a list: that a party is absent from it means nothing. Each listing names the
list it was read from, and `lists` gives that list's date. One extract yields one version for
each list it draws from, in the form `extract`, which a full version of that list outranks.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import date
from typing import Any

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.lists.ftm import ftm_read as ftm
from sanctrail.lists.records import (
    KINDS,
    Birth,
    Country,
    Identifier,
    ListHeader,
    Listing,
    Name,
    Wallet,
)
from sanctrail.lists.source import ByteStream

FORM = "extract"
FORMAT = "sanctrail-extract/1"


def recognises(head: bytes) -> bool:
    """Tell whether a file begins as an extract does: JSON that is not one object a line."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and not ftm.recognises(head)


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield each list's header followed by the listings read from it."""
    document = _document(stream)
    listings = [_record(item) for item in document["listings"]]
    for list_id, about in document["lists"].items():
        yield _header(list_id, about, stream.name)
        for number, record in enumerate(listings):
            if record.get("list") == list_id:
                yield from _listing(record, number, about["regime"], stream.name, problems)
    for number, record in enumerate(listings):
        if record.get("list") not in list(document["lists"]):
            where = f"listing {number} ({record.get('id', '?')})"
            problems.append(Problem(stream.name, where, "names no list of this extract"))


def _record(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {}


def _header(list_id: str, about: Any, source: str) -> ListHeader:
    fields = about if isinstance(about, dict) else {}
    regime, list_date = fields.get("regime"), fields.get("list_date")
    if not (isinstance(regime, str) and isinstance(list_date, str) and regime):
        raise UnreadableFile(
            f"{source}: the extract's list '{list_id}' does not say its regime and list_date as "
            "text. Nothing was changed."
        )
    return ListHeader(list_id, regime, FORM, list_date)


def _document(stream: ByteStream) -> dict[str, Any]:
    try:
        document = json.loads(stream.read())
    except (ValueError, RecursionError) as error:
        if "Extra data" in str(error):
            raise UnreadableFile(
                f"{stream.name}: these are JSON records of no known layout, expected "
                "FollowTheMoney entities (one a line) or an extract. See docs/lists.md; nothing "
                "was changed."
            ) from error
        raise UnreadableFile(
            f"{stream.name}: the JSON is damaged or breaks off ({error}). "
            "Restore it from a copy; nothing was changed."
        ) from error
    if (
        not isinstance(document, dict)
        or document.get("format") != FORMAT
        or not isinstance(document.get("lists"), dict)
        or not isinstance(document.get("listings"), list)
    ):
        raise UnreadableFile(
            f"{stream.name}: this JSON is not an extract, expected "
            f"\"format\": \"{FORMAT}\" with 'lists' and 'listings'. Nothing was changed."
        )
    return document


def _listing(
    record: dict[str, Any], number: int, regime: str, source: str, problems: list[Problem]
) -> Iterator[Listing]:
    where = f"listing {number} ({record.get('id', '?')})"
    try:
        listing = _parsed(record, regime, where)
        _check_values(listing)
        _check_facts(listing)
    except KeyError as error:
        problems.append(Problem(source, where, f"the field {error} is missing; it was left out"))
        return
    except (TypeError, ValueError) as error:
        problems.append(Problem(source, where, f"{error}; it was left out"))
        return
    yield listing


def _check_values(listing: Listing) -> None:
    """Raise `TypeError` or `ValueError` where a field holds what the register cannot keep."""
    births = tuple((birth.earliest, birth.latest, birth.precision) for birth in listing.births)
    given = astuple(replace(listing, births=(), delisted=""))  # type: ignore[arg-type]
    for text in _leaves((given, births)):
        if not isinstance(text, str):
            raise TypeError(f"{text!r} is not text")
        text.encode()
    for earliest, latest, _ in births:
        if _iso_day(earliest) > _iso_day(latest):
            raise ValueError(f"the birth dates {earliest} to {latest} run backwards")
    if any(not isinstance(birth.circa, bool) for birth in listing.births):
        raise TypeError("circa is not true or false")


def _check_facts(listing: Listing) -> None:
    """Raise `ValueError` where a text is there and says nothing that the program could use."""
    prefix, _, number = listing.listing_id.partition(":")
    if prefix != listing.regime or not number.strip():
        raise ValueError(f"the id is not '{listing.regime}:' and a number of the list")
    if listing.kind not in KINDS:
        raise ValueError(f"the kind '{listing.kind}' is none of {', '.join(KINDS)}")
    if not listing.names or not all(name.text.strip() for name in listing.names):
        raise ValueError("there is no name, or an empty one")
    if not all(wallet.address.strip() for wallet in listing.wallets):
        raise ValueError("a wallet has an empty address")
    if listing.listed_on:
        _iso_day(listing.listed_on)


def _iso_day(text: str) -> date:
    """Read `2019-09-13` and nothing else: the days of the register are compared as text."""
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(text)
        if day.isoformat() == text:
            return day
    raise ValueError(f"'{text}' is not a day such as 2019-09-13")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _parsed(record: dict[str, Any], regime: str, where: str) -> Listing:
    programmes = record.get("programmes", [])
    if not isinstance(programmes, list):
        raise TypeError("'programmes' is not a list of texts")
    return Listing(
        listing_id=record["id"],
        regime=regime,
        reference=record["reference"],
        kind=record["kind"],
        names=tuple(Name(**name) for name in record["names"]),
        listed_on=record.get("listed_on", ""),
        programmes=tuple(programmes),
        element=where,
        births=tuple(Birth(**birth) for birth in record.get("births", ())),
        countries=tuple(Country(**country) for country in record.get("countries", ())),
        identifiers=tuple(Identifier(**item) for item in record.get("identifiers", ())),
        wallets=tuple(Wallet(**wallet) for wallet in record.get("wallets", ())),
        gender=record.get("gender", ""),
        remarks=record.get("remarks", ""),
    )
