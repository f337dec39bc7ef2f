"""Plain lists of addresses, and tables of a user's own.

A bare list says nothing but its addresses; what they are the user says (`--label`), or the name
of a file of OFAC's digital currency addresses does.
"""

import csv
import re

from sanctrail.attribution.chains import CHAIN_OF_ASSET
from sanctrail.attribution.entries import cells_of, header_of
from sanctrail.attribution.formats.source import Defaults, LabelFormat, Text, Told
from sanctrail.attribution.labels import Label
from sanctrail.errors import Problem

_OFAC_FILE = re.compile(r"sanctioned_addresses_([A-Z0-9]{2,6})\.(?:txt|json)")
_OFAC_SOURCE = "OFAC Specially Designated Nationals list"
_TOKENS = {"USDT", "USDC"}
_COLUMNS = {
    "entry": "entry",
    "label": "label",
    "category": "category",
    "type": "category",
    "source": "source",
    "chain": "chain",
    "network": "chain",
    "asset": "asset",
    "currency": "asset",
    "actor": "actor",
    "abuse": "abuse",
    "confidence": "confidence",
    "date": "date",
    "lastmod": "date",
    "context": "context",
    "note": "context",
    "is_cluster_definer": "definer",
    "definer": "definer",
    "concepts": "concepts",
    "rule": "rule",
}
_TRUE = {"true", "yes", "1"}
_DELIMITERS = (",", ";", "\t")


def _is_list(text: Text) -> bool:
    return isinstance(text.document, list) and all(isinstance(a, str) for a in text.document)


def _read_list(text: Text) -> Told:
    addresses = [(f"item {n}", a.strip()) for n, a in enumerate(text.document, 1)]
    return _addresses(text, addresses)


def _is_plain(text: Text) -> bool:
    if text.document is not None:
        return False
    lines = [line for _, line in _lines(text)]
    return bool(lines) and not any(d in line for line in lines[:50] for d in _DELIMITERS)


def _read_plain(text: Text) -> Told:
    lines = [(f"line {number}", line) for number, line in _lines(text)]
    if header_of([lines[0][1]]):
        lines = lines[1:]
    return _addresses(text, lines)


def _lines(text: Text) -> list[tuple[int, str]]:
    numbered = ((n, line.strip().strip('"')) for n, line in enumerate(text.text.splitlines(), 1))
    return [(n, line) for n, line in numbered if line and not line.startswith("#")]


def _addresses(text: Text, addresses: list[tuple[str, str]]) -> Told:
    told = Told()
    given = _ofac_defaults(text)
    if not given.label:
        raise text.unreadable(
            "a bare list of addresses does not say what they are",
            "Give --label, and --category and --asset where they are known.",
        )
    for place, address in addresses:
        told.labels.append(
            Label(
                entry=address,
                label=given.label,
                category=given.category,
                source=given.source,
                chain=given.chain,
                asset=given.asset,
                actor=given.actor,
                abuse="sanction" if given.category == "sanctioned" else "",
                confidence=given.confidence,
                date=given.date,
                file=text.name,
                place=place,
            )
        )
    return told


def _ofac_defaults(text: Text) -> Defaults:
    """Return what the user says of the file, or else what its name does."""
    given = text.defaults
    named = _OFAC_FILE.fullmatch(text.name)
    if given.label or not named:
        return given
    code = named[1]
    known = code if code in CHAIN_OF_ASSET or code in _TOKENS else ""
    return Defaults(
        label=f"digital currency address on {_OFAC_SOURCE}",
        category=given.category or "sanctioned",
        asset=given.asset or known,
        chain=given.chain,
        actor=given.actor,
        confidence=given.confidence or "authority_data",
        source=given.source or _OFAC_SOURCE,
        date=given.date,
    )


def _is_table(text: Text) -> bool:
    return text.document is None and bool(text.text.strip())


def _read_table(text: Text) -> Told:
    told = Told()
    given = text.defaults
    rows = _rows(text)
    columns = header_of(rows[0][1]) if rows else None
    if columns is None:
        columns, body = ("entry", "label", "category"), rows
    else:
        columns, body = tuple(_COLUMNS.get(c, c) for c in columns), rows[1:]
    for line, cells in body:
        place = f"line {line}"
        fields = dict(zip(columns, cells, strict=False))
        if not fields.get("entry") or any(cells[len(columns) :]):
            wrong = f"expected {', '.join(columns)}, found '{','.join(cells)[:80]}'"
            told.problems.append(Problem(text.name, place, wrong))
            continue
        told.labels.append(
            Label(
                entry=fields["entry"],
                label=fields.get("label") or given.label,
                category=fields.get("category") or given.category,
                source=fields.get("source") or given.source,
                chain=fields.get("chain") or given.chain,
                asset=fields.get("asset") or given.asset,
                actor=fields.get("actor") or given.actor,
                abuse=fields.get("abuse", ""),
                concepts=tuple(
                    c.strip() for c in fields.get("concepts", "").split(";") if c.strip()
                ),
                confidence=fields.get("confidence") or given.confidence,
                date=fields.get("date") or given.date,
                definer=fields.get("definer", "").lower() in _TRUE,
                context=fields.get("context", ""),
                file=text.name,
                place=place,
                rule=fields.get("rule", ""),
            )
        )
    return told


def _delimiter(text: str) -> str:
    """Return what parts the cells of the first line: where it makes a header, or else the most."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for delimiter in _DELIMITERS:
        if delimiter in first and header_of([c.strip('" ') for c in first.split(delimiter)]):
            return delimiter
    return max(_DELIMITERS, key=first.count)


def _rows(text: Text) -> list[tuple[int, list[str]]]:
    try:
        return cells_of(text.text, _delimiter(text.text))
    except csv.Error as error:
        raise text.unreadable(
            f"not a table of labels ({error})", "Save it as UTF-8 text with one label a line."
        ) from error


ADDRESS_LIST = LabelFormat("address-list", _is_list, _read_list)
ADDRESS_LINES = LabelFormat("address-lines", _is_plain, _read_plain)
TABLE = LabelFormat("csv", _is_table, _read_table)
