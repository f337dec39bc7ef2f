"""Ways to damage a list file: bytes, lines, elements, cells, values, parts of a workbook.

Each takes the bytes, a source of chance and the undamaged list, and returns other bytes.
"""

import json
import re

from fuzz_seeds import CONTENT, parts_of, zipped

TOKENS = (
    b"\0", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x1a", b"\x19", b"\xef\xbb\xbf", b"\r",
    b"\n", b"\t", b'"', b"'", b",", b";", b"<", b">", b"&", b"&a;", b"&#0;", b"&#x110000;",
    b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?", b"</", b"/>", b"<a>", b"</a>", b"{", b"}", b"[",
    b"]", b"\\", b"\\ud800", b"-0- ", b"9" * 5000, b"-1", b"1e999", b"NaN", b"0000-00-00",
    b"9999-99-99", b"31/02/99999", b"\xe2\x80\xa8", b"\xe2\x80\xae", b" " * 300, b"<a b='",
    b"<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>", b'<!DOCTYPE a SYSTEM "x">',
    b"()" * 200, b"%s%s%n", b"\xf0\x9f\x92\xa9",
)  # fmt: skip
VALUES = (
    None, True, False, 0, -1, 10**400, 1e300, float("nan"), "", " ", "\ud800", "\0", [], {}, [[]],
    [None], {"id": 1}, ["x", 2, None], "9" * 5000, {"value": ["x"]},
)  # fmt: skip

_SIMPLE = re.compile(rb"<([\w:.-]+)((?:\s[^<>]*)?)>([^<>]*)</\1>")
_TAG = re.compile(rb"</?[\w:.-]+[^<>]*>")


def _spot(data, chance):
    return chance.randrange(len(data) + 1)


def _span(data, chance, longest=400):
    at = _spot(data, chance)
    return at, min(len(data), at + chance.choice((1, 2, 8, 60, longest)))


def bytes_deleted(data, chance, seed):
    at, end = _span(data, chance)
    return data[:at] + data[end:]


def bytes_doubled(data, chance, seed):
    at, end = _span(data, chance)
    return data[:end] + data[at:]


def bytes_flipped(data, chance, seed):
    changed = bytearray(data or b" ")
    for _ in range(chance.choice((1, 1, 3, 20))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def token_inserted(data, chance, seed):
    at = _spot(data, chance)
    return data[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 3)) + data[at:]


def token_in_front(data, chance, seed):
    return chance.choice(TOKENS) + data


def token_behind(data, chance, seed):
    return data + chance.choice(TOKENS)


def field_bloated(data, chance, seed):
    at = _spot(data, chance)
    return (
        data[:at] + chance.choice((b"x", b"9", b"\xc3\xa9", b"((", b"x ")) * 1_100_000 + data[at:]
    )


def deeply_nested(data, chance, seed):
    at = _spot(data, chance)
    opening, closing = chance.choice(
        ((b"<a>", b"</a>"), (b"[", b"]"), (b'{"a":', b"}"), (b"<p>", b""))
    )
    return data[:at] + opening * 100_000 + closing * chance.choice((0, 100_000)) + data[at:]


def other_encoding(data, chance, seed):
    text = data.decode("utf-8", "replace")
    return text.encode(
        chance.choice(("utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig")), "replace"
    )


def _lines(change):
    def changed(data, chance, seed):
        lines = data.splitlines(keepends=True)
        if lines:
            change(lines, chance.randrange(len(lines)), chance)
        return b"".join(lines)

    changed.__name__ = change.__name__
    return changed


@_lines
def lines_deleted(lines, at, chance):
    del lines[at : at + chance.choice((1, 2, 10))]


@_lines
def line_doubled(lines, at, chance):
    lines.insert(chance.randrange(len(lines)), lines[at])


@_lines
def lines_swapped(lines, at, chance):
    other = chance.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


@_lines
def line_end_lost(lines, at, chance):
    lines[at] = lines[at].rstrip(b"\r\n")


@_lines
def line_broken(lines, at, chance):
    spot = chance.randrange(len(lines[at]))
    lines[at] = lines[at][:spot] + b"\n" + lines[at][spot:]


def _elements(change):
    def changed(data, chance, seed):
        found = [*_SIMPLE.finditer(data)]
        if not found:
            return data
        match = chance.choice(found)
        return data[: match.start()] + change(match, chance) + data[match.end() :]

    changed.__name__ = change.__name__
    return changed


@_elements
def element_deleted(match, chance):
    return b""


@_elements
def element_doubled(match, chance):
    return match[0] * chance.choice((2, 2, 500))


@_elements
def element_emptied(match, chance):
    return b"<%s%s/>" % (match[1], match[2])


@_elements
def element_renamed(match, chance):
    return match[0].replace(match[1], chance.choice((b"a", b"VALUE", b"Name", b"record", b"x:y")))


@_elements
def element_filled(match, chance):
    value = chance.choice(
        (b"9" * 5000, b"-1", b"2026-13-45", b"99/99/9999", b"", b" ", b"()" * 5000)
    )
    return b"<%s%s>%s</%s>" % (match[1], match[2], value, match[1])


@_elements
def element_wrapped(match, chance):
    times = chance.choice((1, 100, 300))
    return b"<a>" * times + match[0] + b"</a>" * times


@_elements
def attribute_added(match, chance):
    value = b"9" * chance.choice((1, 70_000))
    return b"<%s%s a='%s'>%s</%s>" % (match[1], match[2], value, match[3], match[1])


def attribute_changed(data, chance, seed):
    found = [*re.finditer(rb'="([^"<>]*)"', data)]
    if not found:
        return data
    match = chance.choice(found)
    value = chance.choice(
        (b"", b"-1", b"9" * 5000, b"2026-99-99", b"true", b"&#65;", b"\xe2\x80\xae")
    )
    return data[: match.start(1)] + value + data[match.end(1) :]


def tag_lost(data, chance, seed):
    tags = [*_TAG.finditer(data)]
    tag = chance.choice(tags) if tags else re.match(b"", data)
    return data[: tag.start()] + data[tag.end() :]


def tags_swapped(data, chance, seed):
    tags = [*_TAG.finditer(data)]
    if len(tags) < 2:
        return data
    at = chance.randrange(len(tags) - 1)
    one, other = tags[at], tags[at + 1]
    between = data[one.end() : other.start()]
    return data[: one.start()] + other[0] + between + one[0] + data[other.end() :]


def entries_joined(data, chance, seed):
    tags = (seed.entry or "tr").encode()
    between = rb"</(?:%s)>\s*<(?:%s)(?=[\s>])[^>]*>" % (tags, tags)
    found = [*re.finditer(between, data)]
    match = chance.choice(found) if found else re.match(b"", data)
    return data[: match.start()] + data[match.end() :]


def container_renamed(data, chance, seed):
    tags = {match[1] for match in re.finditer(rb"<([\w:.-]+)", data)}
    if not tags:
        return data
    name = chance.choice(sorted(tags))
    return re.sub(rb"(</?)%s(?=[\s>/])" % re.escape(name), rb"\1other", data)


def _rows(change):
    def changed(data, chance, seed):
        mark = seed.delimiter.encode()
        lines = data.split(b"\n")
        at = chance.randrange(len(lines))
        cells = lines[at].split(mark)
        change(cells, chance.randrange(len(cells)), chance)
        lines[at] = mark.join(cells)
        return b"\n".join(lines)

    changed.__name__ = change.__name__
    return changed


@_rows
def cell_deleted(cells, at, chance):
    del cells[at]


@_rows
def cell_doubled(cells, at, chance):
    cells.insert(at, cells[at])


@_rows
def cell_filled(cells, at, chance):
    cells[at] = chance.choice(
        (b"", b"9" * 5000, b"99/99/9999", b"-0-", b'"', b"a\0b", b'"a\nb"', b"1) 2) 3)")
    )


@_rows
def quote_opened(cells, at, chance):
    cells[at] = b'"' + cells[at].lstrip(b'"')


@_rows
def quote_closed(cells, at, chance):
    cells[at] = cells[at].rstrip(b'"') + b'"'


def column_changed(data, chance, seed):
    """Delete, double or move one column throughout, header and all."""
    mark = seed.delimiter.encode()
    rows = [line.split(mark) for line in data.split(b"\n")]
    at, how = chance.randrange(max(map(len, rows))), chance.randrange(3)
    for row in rows:
        if at < len(row):
            cell = row[at] if how == 1 else row.pop(at)
            if how:
                row.insert(0 if how == 2 else at, cell)
    return b"\n".join(mark.join(row) for row in rows)


def delimiter_changed(data, chance, seed):
    other = chance.choice((b",", b";", b"\t", b"|"))
    if chance.random() < 0.5:
        return data.replace(seed.delimiter.encode(), other)
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = lines[at].replace(seed.delimiter.encode(), other)
    return b"\n".join(lines)


def all_quotes_lost(data, chance, seed):
    return data.replace(b'"', b"")


def value_replaced(data, chance, seed):
    """Put a value of another kind at any place of one document."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at = chance.randrange(len(lines))
    try:
        document = [json.loads(lines[at])]
    except (ValueError, RecursionError):
        return data
    places = [*_places(document)]
    holder, key = chance.choice(places)
    holder[key] = chance.choice(VALUES)
    lines[at] = json.dumps(document[0]).encode() + b"\n"
    return b"".join(lines)


def _places(value):
    keys = value if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def part_damaged(data, chance, seed):
    """Damage the text of one part of a workbook, and pack it again."""
    parts = parts_of(data)
    if not parts:
        return data
    sheets = [name for name in parts if "worksheets/" in name or name == CONTENT]
    name = chance.choice(sheets if chance.random() < 0.6 and sheets else [*parts])
    change = chance.choice((*CHANGES["xml"], None, None))
    parts[name] = (
        parts[name][: _spot(parts[name], chance)]
        if change is None
        else change(parts[name], chance, seed)
    )
    return zipped(parts)


def part_lost(data, chance, seed):
    parts = parts_of(data)
    if not parts:
        return data
    name = chance.choice([*parts])
    lost = parts.pop(name)
    if chance.random() < 0.5:
        parts[chance.choice(("x", "xl/worksheets/sheet99.xml", "../x", name.upper()))] = lost
    return zipped(parts)


def cells_repeated(data, chance, seed):
    """Say of a cell or a row of an ODS file that it repeats some billion times."""
    parts = parts_of(data)
    if not parts:
        return data
    for name in parts:
        what, count = (
            chance.choice((("cell", "columns"), ("row", "rows"))),
            chance.choice((10**5, 10**9, 10**30)),
        )
        said = b'<table:table-%s table:number-%s-repeated="%d" ' % (
            what[0].encode(),
            what[1].encode(),
            count,
        )
        parts[name] = re.sub(
            b"<table:table-%s(?=[ >])" % what[0].encode(),
            said,
            parts[name],
            count=chance.choice((1, 50)),
        )
        parts[name] = re.sub(rb'<c r="[A-Z]+', b'<c r="XFD', parts[name], count=1)
    return zipped(parts)


_BYTES = (
    bytes_deleted, bytes_doubled, bytes_flipped, token_inserted, token_inserted, token_in_front,
    token_behind, lines_deleted, line_doubled, lines_swapped, line_end_lost, line_broken,
)  # fmt: skip
_RARE = (field_bloated, deeply_nested, other_encoding)
_MARKUP = (
    element_deleted, element_doubled, element_emptied, element_renamed, element_filled,
    element_wrapped, attribute_added, attribute_changed, tag_lost, tags_swapped, entries_joined,
    container_renamed,
)  # fmt: skip
_TABLE = (
    cell_deleted, cell_doubled, cell_filled, quote_opened, quote_closed, column_changed,
    delimiter_changed, all_quotes_lost,
)  # fmt: skip
CHANGES = {
    "xml": (*_BYTES, *_RARE, *_MARKUP * 2),
    "html": (*_BYTES, *_RARE, *_MARKUP * 2),
    "csv": (*_BYTES, *_RARE, *_TABLE * 2),
    "json": (*_BYTES, *_RARE, *(value_replaced,) * 20),
    "sheet": (
        bytes_deleted, bytes_doubled, bytes_flipped, bytes_flipped, token_inserted, token_behind,
        *(part_damaged,) * 10, part_lost, part_lost, cells_repeated,
    ),
}  # fmt: skip
"""The changes that suit each shape; what suits it best stands there more than once."""
