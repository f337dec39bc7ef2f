"""The EU list as CSV: the layout of today (1.1) and the one before it (1.0).

Semicolons; the columns of the party stand on every row, those of a name, address, birth, document
or citizenship only on the row where it first appears, so the rows of one logical id are one party.
Sources: the headers of published files and the Commission's note on the columns of 1.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.delimited import Records as CsvRecords
from sanctrail.lists.eu.eu_entry import Act, Entry, EntryIds, Part, tidy_facts
from sanctrail.lists.eu.eu_listing import listing_of
from sanctrail.lists.eu.eu_terms import birth_facts, contacts_in, designated_on, document_facts
from sanctrail.lists.reading.table_rows import Lines, Row, whole_rows
from sanctrail.lists.records import ListHeader, Listing
from sanctrail.lists.source import ByteStream
from sanctrail.text.dates import parse_date

FORM = "eu-csv"

_FIRST = ("filegenerationdate", "date_file")
_GROUPS = {
    "namealias": "nameAlias",
    "address": "address",
    "birthdate": "birthdate",
    "identification": "identification",
    "citizenship": "citizenship",
    "naal": "nameAlias",
    "addr": "address",
    "birt": "birthdate",
    "iden": "identification",
    "citi": "citizenship",
}
_AS_IN_XML = """
    firstName middleName lastName wholeName nameLanguage gender title function strong
    city street poBox zipCode region place asAtListingTime contactInfo countryIso2Code
    countryDescription birthdate dayOfMonth monthOfYear year yearRangeFrom yearRangeTo circa
    calendarType number diplomatic knownExpired knownFalse reportedLost revokedByIssuer
    issuedBy issueDate validFrom validTo latinNumber nameOnDocument remark logicalId
    regulationLanguage acquisitionDate disenfranchisementDate
"""
_FACTS = {name.lower(): name for name in _AS_IN_XML.split()} | {
    "day": "dayOfMonth",
    "month": "monthOfYear",
    "issueddate": "issueDate",
    "typecode": "identificationTypeCode",
    "typedescription": "identificationTypeDescription",
    "date": "birthdate",
    "country": "countryIso2Code",
    "language": "nameLanguage",
    "other": "remark",
    "logical_id": "logicalId",
    "leba_numtitle": "act title",
    "leba_publication_date": "act date",
    "regulation_numbertitle": "act title",
    "regulation_publicationdate": "act date",
    "regulation_type": "act kind",
}
_ENTITY = {
    "entity_logicalid": "logicalId",
    "entity_logical_id": "logicalId",
    "entity_eu_referencenumber": "euReferenceNumber",
    "eu_ref_num": "euReferenceNumber",
    "entity_unitednationid": "unitedNationId",
    "entity_designationdate": "designationDate",
    "entity_designationdetails": "designationDetails",
    "entity_delistingdate": "delistingDate",
    "entity_remark": "remark",
    "entity_subjecttype": "subjectType",
    "subject_type": "subjectType",
    "entity_subjecttype_classificationcode": "classificationCode",
    "entity_regulation_type": "act kind",
    "entity_regulation_publicationdate": "act date",
    "entity_regulation_entryintoforcedate": "entryIntoForceDate",
    "entity_regulation_numbertitle": "act title",
    "entity_regulation_programme": "programme",
    "leba_numtitle": "act title",
    "leba_publication_date": "act date",
    "programme": "programme",
}
_UNUSED = ("_url", "publicationurl", "organisationtype", "entryintoforcedate", "programme")
"""Columns without a fact of the party: where an act is printed, and what repeats its own."""

_SAYS_NOTHING = {"circa", "asAtListingTime", "regulationLanguage", "calendarType", "strong"} | {
    "diplomatic", "knownExpired", "knownFalse", "reportedLost", "revokedByIssuer",
}  # fmt: skip
"""Columns that a writer may fill on a row without that child."""

_ONCE = ("act title", "act date", "act kind")
_LITERAL_BREAK = "\\n"


def recognises(head: bytes) -> bool:
    """Tell whether a file begins with the header of a CSV of this list, re-quoted or not."""
    text = head[:8192].decode("utf-8", errors="replace").lower().lstrip("\ufeff\"' \t\r\n")
    return text.startswith(_FIRST) and "entity_logical" in text


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in the order in which they first appear."""
    lines = Lines(stream)
    records = CsvRecords(lines, stream.name, ";")
    table = _Table(stream.name, problems, next(records, []))
    numbered = ((records.last, record) for record in records)
    for row in whole_rows(numbered, table.width, stream.name, problems):
        table.take(row)
    lines.tell_flaws(problems)
    day = parse_date(table.generated)
    list_date = day.earliest if day else table.generated
    yield ListHeader("eu", "eu", FORM, list_date, table.generated)
    ids = EntryIds()
    for group in table.groups.values():
        listing_id, wrong = ids.of(group.entry)
        if wrong:
            problems.append(Problem(stream.name, group.entry.where, wrong))
        yield listing_of(group.entry, listing_id, stream.name, problems, list_date)


@dataclass(slots=True)
class _Group:
    """The rows of one party; `seen` are the children already taken."""

    entry: Entry
    seen: set[tuple[str, object]] = field(default_factory=set)


class _Table:
    """The columns of a header and the parties gathered under it."""

    def __init__(self, name: str, problems: list[Problem], header: list[str]) -> None:
        self._name = name
        self._problems = problems
        _refuse_resaved(header, name)
        self.width = len(header)
        self.generated = ""
        self.groups: dict[str, _Group] = {}
        self._entity: dict[int, str] = {}
        self._children: dict[str, dict[int, str]] = {}
        for at, column in enumerate(header[1:], 1):
            self._place(at, column.strip().lower())
        if not {"logicalId", "subjectType"} <= {*self._entity.values()} or not self._children:
            raise UnreadableFile(
                f"{name}: the header lacks columns that the EU list has as CSV (the entity's id or "
                "type, or its names). Fetch the file again; nothing was changed."
            )

    def _place(self, at: int, column: str) -> None:
        prefix, _, rest = column.partition("_")
        if prefix in _GROUPS and column not in _ENTITY and rest in _FACTS:
            self._children.setdefault(_GROUPS[prefix], {})[at] = _FACTS[rest]
        elif column in _ENTITY:
            # CSV 1.0 repeats the entity's id before each child's columns; the first one counts.
            if _ENTITY[column] not in self._entity.values():
                self._entity[at] = _ENTITY[column]
        elif column and not column.endswith(_UNUSED):
            message = f"column '{column}' is not one that this list is known by; it was not read"
            self._problems.append(Problem(self._name, "line 1", message))

    def take(self, row: Row) -> None:
        """Add one row to its party."""
        facts = tidy_facts({key: row.cells[at] for at, key in self._entity.items()})
        logical = facts.get("logicalId", "")
        if not logical:
            message = "has no logical id, so it belongs to no party; it was left out"
            self._problems.append(Problem(self._name, f"line {row.line}", message))
            return
        self.generated = self.generated or row.cells[0]
        if logical not in self.groups:
            self.groups[logical] = _Group(_entry(facts, logical, row.line))
        group = self.groups[logical]
        _take_shared(group.entry, facts)
        for kind, columns in self._children.items():
            child = tidy_facts({key: row.cells[at] for at, key in columns.items()})
            self._take_child(group, kind, child)

    def _take_child(self, group: _Group, kind: str, facts: dict[str, str]) -> None:
        if not facts.keys() - _SAYS_NOTHING:
            return
        key = (kind, facts.get("logicalId") or tuple(facts.items()))
        if key not in group.seen:
            group.seen.add(key)
            group.entry.parts.append(_part(kind, facts))


def _refuse_resaved(header: list[str], name: str) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise UnreadableFile(
            f"{name}: this CSV was re-saved by a spreadsheet, which put whole lines in quotation "
            "marks and can lose letters and columns. Fetch the list from its publisher again and "
            "load it unopened, best as XML; nothing was changed."
        )
    if len(header) == 1:
        raise UnreadableFile(
            f"{name}: the columns of this CSV are not parted by semicolons, as the EU's are: it "
            "was re-saved by another program. Fetch the list from its publisher again; nothing was "
            "changed."
        )


def _entry(facts: dict[str, str], logical: str, line: int) -> Entry:
    reference = facts.get("euReferenceNumber", "")
    where = f"entity {reference or logical}, from line {line}"
    known = {key: value for key, value in facts.items() if key not in (*_ONCE, "remark")}
    known.pop("programme", "")
    if day := designated_on(facts.get("remark", "")):
        known.setdefault("designationDate", day)
    return Entry(known, where)


def _take_shared(entry: Entry, facts: dict[str, str]) -> None:
    """Take what every row repeats; a party listed under two acts has rows of both."""
    act = Act(*(facts.get(key, "") for key in _ONCE))
    if act not in entry.acts:
        entry.acts.append(act)
    programme = facts.get("programme", "")
    if programme and programme not in entry.programmes:
        entry.programmes.append(programme)
    remark = facts.get("remark", "").replace(_LITERAL_BREAK, " ")
    if remark and remark not in entry.remarks:
        entry.remarks.append(remark)


def _part(kind: str, facts: dict[str, str]) -> Part:
    act = Act(*(facts.pop(key, "") for key in _ONCE))
    remarks = [facts.pop("remark", "").replace(_LITERAL_BREAK, " ")]
    contacts, rest = contacts_in(facts.pop("contactInfo", ""))
    if rest:
        contacts = (*contacts, ("contact", rest))
    if kind == "birthdate" and "year" not in facts:
        facts = {**facts, "birthdate": "", **birth_facts(facts.get("birthdate", ""))}
    elif kind == "identification":
        said = document_facts(facts.get("number", ""))
        remarks.append(said.pop("remark", ""))
        facts = {**said, **facts, "number": said["number"]}
    elif kind == "address":
        more, remarks[0] = contacts_in(remarks[0])
        contacts = (*contacts, *more)
    return Part(kind, tidy_facts(facts), act, tuple(dict.fromkeys(filter(None, remarks))), contacts)
