"""Cases out of the user's own files: labelled queries, and names that are on no list."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sanctrail.errors import InputError, Problem
from sanctrail.ground.delimited import Records
from sanctrail.ground.inputs import FileDigest, open_input
from sanctrail.screening.evaluation.cases import (
    INNOCENTS,
    LABELLED,
    Case,
    Listed,
    script_name,
    traits_of,
)
from sanctrail.screening.hits import Query, says_something
from sanctrail.text.countries import country_code
from sanctrail.text.dates import DateRange, parse_date


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases and the columns to read of it; empty for one that is not given.

    Where they are `innocents` every row is somebody on no list.
    """

    path: Path
    query: str = ""
    expected: str = ""
    group: str = ""
    born: str = ""
    country: str = ""
    innocents: bool = False


@dataclass(slots=True)
class ReadCases:
    """What a file of cases gave: cases, problems, and the digest of what was read."""

    cases: list[Case] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    digest: FileDigest | None = None


_QUERY = ("query", "name")
_NAME = ("name", "query")
_EXPECTED = ("expected", "expected_id")
_GROUP = ("class", "treatment")


def read_cases(file: CaseFile, listed: Listed) -> ReadCases:
    """Read a CSV file of cases; what cannot be used is a problem with its row.

    A row whose expected party is on no list of the register is no miss but a problem.
    """
    found = ReadCases()
    with open_input(file.path) as stream:
        text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig", newline="")
        records = Records(text, stream.name)
        table = _Table(stream.name, next(records, []), found.problems)
        read = _reader(file, table, listed)
        for number, record in enumerate(filter(None, records)):
            row = record + [""] * (len(table.header) - len(record))
            case = read(f"data row {number}", row)
            found.cases += [case] if case else []
        text.detach()
        found.digest = stream.digest()
    return found


@dataclass(slots=True)
class _Table:
    name: str
    header: Sequence[str]
    problems: list[Problem]

    def place(self, named: str, usual: Sequence[str], option: str) -> int:
        """Return where a column stands: the one named, or the first usual one that is there."""
        wanted = named or next((one for one in usual if one in self.header), usual[0])
        if self.header.count(wanted) == 1:
            return self.header.index(wanted)
        columns = ", ".join(map(repr, self.header)) or "no header"
        raise InputError(
            f"{self.name}: the file has {self.header.count(wanted) or 'no'} column"
            f"{'s' if wanted in self.header else ''} {wanted!r}; its columns are {columns}. "
            f"Name the right one with {option}."
        )

    def place_if(self, named: str, usual: Sequence[str], option: str) -> int | None:
        """Return where a column stands that need not be there unless it is named."""
        there = named or any(one in self.header for one in usual)
        return self.place(named, usual, option) if there else None

    def note(self, where: str, message: str) -> None:
        self.problems.append(Problem(self.name, where, message))


def _reader(
    file: CaseFile, table: _Table, listed: Listed
) -> Callable[[str, Sequence[str]], Case | None]:
    """Return what reads a row as a case; None for a row that is none."""
    query = _query_reader(file, table)
    if file.innocents:
        return lambda where, row: _innocent(query(where, row), where)
    wanted_at = table.place(file.expected, _EXPECTED, "--expected-column")
    group_at = table.place_if(file.group, _GROUP, "--class-column")

    def read(where: str, row: Sequence[str]) -> Case | None:
        asked = query(where, row)
        if asked is None:
            return None
        group = _cell(row, group_at) or "all"
        expected = _cell(row, wanted_at)
        if not expected:
            return Case(asked, LABELLED, group, origin=where)
        party = party_id(expected)
        if party not in listed.number_of:
            table.note(where, f"expected '{expected}' is on no list of the register; left out")
            return None
        traits = traits_of(asked.name, listed.parties[listed.number_of[party]])
        return Case(asked, LABELLED, group, party, True, where, traits)

    return read


def _innocent(query: Query | None, where: str) -> Case | None:
    if query is None:
        return None
    return Case(query, INNOCENTS, script_name(query.name), origin=where)


def _query_reader(file: CaseFile, table: _Table) -> Callable[[str, Sequence[str]], Query | None]:
    usual, option = (_NAME, "--name-column") if file.innocents else (_QUERY, "--query-column")
    name_at = table.place(file.query, usual, option)
    born_at = table.place_if(file.born, (), "--dob-column")
    country_at = table.place_if(file.country, (), "--country-column")

    def read(where: str, row: Sequence[str]) -> Query | None:
        name = row[name_at].strip()
        if not says_something(name):
            table.note(where, f"'{name}' is no name; the row was left out")
            return None
        born = _born(_cell(row, born_at), where, table)
        return Query(name, born, _country(_cell(row, country_at), where, table))

    return read


def party_id(text: str) -> str:
    """Return a listing id as the register writes it: un:6908512, also where written un-6908512."""
    return text if ":" in text else text.replace("-", ":", 1)


def _cell(row: Sequence[str], place: int | None) -> str:
    return "" if place is None else row[place].strip()


def _born(text: str, where: str, table: _Table) -> DateRange | None:
    born = parse_date(text) if text else None
    if text and born is None:
        table.note(where, f"birth date '{text}' is not understood and was left out")
    return born


def _country(text: str, where: str, table: _Table) -> str:
    code = country_code(text) if text else ""
    if text and not code:
        table.note(where, f"country '{text}' is not understood and was left out")
    return code
