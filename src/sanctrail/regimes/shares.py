"""The user's own table of shares: who owns what percentage of what, tied to the listed parties."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from io import BufferedReader, TextIOWrapper
from pathlib import Path

from sanctrail.errors import InputError, Problem
from sanctrail.ground.delimited import Records
from sanctrail.ground.inputs import open_input
from sanctrail.parties.joined import Parties
from sanctrail.regimes.relations import Names
from sanctrail.register.facts import same_text
from sanctrail.text.dates import parse_date

COLUMNS = ("owner", "owned", "percent", "source", "date")
"""The columns of a table of shares; the last two may be missing."""

WHOLE = Fraction(100)

_NEEDED = 3
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,30})?)\s*%?")
_LISTING_ID = re.compile(r"[a-z]{2}:\S+", re.IGNORECASE)
_UNLISTED = "unlisted:"


@dataclass(frozen=True, slots=True)
class Holding:
    """One share: `owner` has `percent` (0 to 100, exact) of `owned`.

    Both are nodes: a party's id, or for somebody who is on no list an id made of the name; `names`
    are owner and owned as the table writes them. `date` is an ISO day or empty.
    """

    owner: str
    owned: str
    percent: Fraction
    names: tuple[str, str]
    source: str = ""
    date: str = ""
    line: int = 0


@dataclass
class Shares:
    """A table of shares, read: the holdings that count, and what is wrong with the rest."""

    source: str
    holdings: tuple[Holding, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    later: int = 0
    """Rows dated after the day asked about; they do not count."""

    @property
    def names(self) -> dict[str, str]:
        """For each node a name: the first that the table writes for it."""
        found: dict[str, str] = {}
        for one in self.holdings:
            found.setdefault(one.owner, one.names[0])
            found.setdefault(one.owned, one.names[1])
        return found


def is_unlisted(node: str) -> bool:
    """Tell whether a node is somebody whom only the table of shares knows."""
    return node.startswith(_UNLISTED)


def node_of_name(name: str) -> str:
    """Return the node of somebody whom no list has, equal for two spellings of one name."""
    return _UNLISTED + same_text(name)


def percent_text(percent: Fraction) -> str:
    """Return a percentage of a finite decimal exactly: 25.5, never rounded."""
    places = 0
    while percent.denominator != 1 and (percent * 10**places).denominator != 1:
        places += 1
    digits = str(int(percent * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


@dataclass
class Bearers:
    """Whom a table can mean: the parties in force by id and by exact name."""

    parties: Parties
    in_force: Collection[str]
    names: Names

    def node(self, text: str) -> tuple[str, str]:
        """Return the node that a cell means, and what is wrong with the cell, else empty."""
        if not text:
            return "", "is empty; write a listing id or a name"
        if _LISTING_ID.fullmatch(text):
            regime, _, number = text.partition(":")
            party_id = self.parties.party_of(f"{regime.lower()}:{number}")
            if party_id in self.in_force:
                return party_id, ""
            return "", f"'{text}' is the id of no listing in force; look it up, or write the name"
        borne = self.names.bearers(text)
        if len(borne) > 1:
            ids = ", ".join(sorted(borne)[:5])
            return "", f"'{text}' is the name of {len(borne)} parties; write the id: {ids}"
        return next(iter(borne), node_of_name(text)), ""


def read_shares(path: Path, bearers: Bearers, as_of: str = "") -> Shares:
    """Read a table of shares (CSV with the columns owner, owned, percent, and source, date).

    A cell names a party by a listing id or an exact listed name; any other name is of somebody
    unlisted. What cannot be read is a problem and does not count. Raises `InputError` where a
    column is missing, `UnreadableFile` where the file is no CSV.
    """
    shares = Shares(path.name)
    found: dict[tuple[str, str], Holding] = {}
    for line, row in _rows(path, shares.problems):
        holding = _holding(row, line, bearers, shares)
        if holding is None:
            continue
        if as_of and holding.date > as_of:
            shares.later += 1
            continue
        key = holding.owner, holding.owned
        found[key] = _latest(found[key], holding, shares) if key in found else holding
    shares.holdings = tuple(found.values())
    _check_sums(shares)
    return shares


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    with open_input(path) as stream:
        text = TextIOWrapper(BufferedReader(stream), encoding="utf-8-sig", newline="")
        records = Records(text, path.name)
        header = [name.strip().lower() for name in next(records, [])]
        _check_header(path.name, header)
        for record in records:
            if not any(cell.strip() for cell in record):
                continue
            if len(record) != len(header):
                wrong = f"has {len(record)} fields, the header {len(header)}; not counted"
                problems.append(Problem(path.name, f"line {records.last}", wrong))
                continue
            cells = (cell.strip() for cell in record)
            yield records.last, dict(zip(header, cells, strict=True))


def _check_header(source: str, header: Sequence[str]) -> None:
    for column in COLUMNS:
        if header.count(column) > 1 or (column in COLUMNS[:_NEEDED] and column not in header):
            raise InputError(
                f"{source}: a table of shares has the columns owner, owned, percent once each, and "
                f"if you like source, date; this one has {', '.join(header) or 'none'}."
            )


def _holding(row: dict[str, str], line: int, bearers: Bearers, shares: Shares) -> Holding | None:
    """Return what a row says, or None with each thing that is wrong noted."""
    owner, wrong_owner = bearers.node(row["owner"])
    owned, wrong_owned = bearers.node(row["owned"])
    percent, wrong_percent = _percent(row["percent"])
    date, wrong_date = _date(row.get("date", ""))
    told = {"owner": wrong_owner, "owned": wrong_owned, "percent": wrong_percent}
    wrong = [f"{column} {said}" for column, said in told.items() if said]
    wrong += [wrong_date] if wrong_date else []
    if owner and owner == owned:
        wrong.append("owner and owned are one party")
    where = f"line {line}"
    shares.problems += [Problem(shares.source, where, f"{said}; not counted") for said in wrong]
    if wrong or percent is None:
        return None
    names = row["owner"], row["owned"]
    return Holding(owner, owned, percent, names, row.get("source", ""), date, line)


def _percent(text: str) -> tuple[Fraction | None, str]:
    match = _PERCENT.fullmatch(text)
    if match is None:
        negative = text.startswith(("-", "−"))
        reason = "is negative" if negative else "is no percentage such as 25.5"
        return None, f"'{text}' {reason}"
    percent = Fraction(match[1])
    return (None, f"'{text}' is more than 100") if percent > WHOLE else (percent, "")


def _date(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    day = parse_date(text)
    return (day.earliest, "") if day else ("", f"date '{text}' is none such as 2025-03-01")


def _latest(known: Holding, other: Holding, shares: Shares) -> Holding:
    """Return which of two rows on one share counts: the later one, else the larger share."""
    if known.date and other.date and known.date != other.date:
        return max(known, other, key=lambda one: one.date)
    larger = max(known, other, key=lambda one: one.percent)
    repeated = (
        f"{other.names[0]} owns {other.names[1]} on line {known.line} already, and no dates tell "
        f"which is later; the larger share counts, {percent_text(larger.percent)} %"
    )
    shares.problems.append(Problem(shares.source, f"line {other.line}", repeated))
    return larger


def _check_sums(shares: Shares) -> None:
    owned: dict[str, list[Holding]] = defaultdict(list)
    for one in shares.holdings:
        owned[one.owned].append(one)
    for holdings in owned.values():
        total = sum((one.percent for one in holdings), Fraction(0))
        if total > WHOLE:
            lines = ", ".join(str(one.line) for one in holdings)
            said = (
                f"the shares of {holdings[0].names[1]} add up to {percent_text(total)} %, more "
                "than 100; they count as they stand"
            )
            where = f"line{'s' if len(holdings) > 1 else ''} {lines}"
            shares.problems.append(Problem(shares.source, where, said))
