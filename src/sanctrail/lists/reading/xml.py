"""Streaming XML from strangers: no DOCTYPE, no entities, no network, no oversized field."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from lxml import etree

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.lists.source import ByteStream
from sanctrail.text.fold import tidy

MAX_FIELD = 1 << 20
"""Characters that one element's text may have; the longest held remark has some 10,000.

Files come through `RepairedStream`, which stops texts and attributes of more bytes than this
before the parser gathers them.
"""

Element = Any
"""An lxml element (the library's own types do not follow iterparse)."""

_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")


def root_name(head: bytes) -> str:
    """Return the local name of the root element in a file's first bytes; empty if none."""
    text = _as_utf8(head)
    text = re.sub(
        rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>", b"", text, flags=re.DOTALL
    )
    match = _ROOT.match(text.lstrip(b"\xef\xbb\xbf \t\r\n"))
    return match[1].decode().rpartition(":")[2] if match else ""


def refuse_doctype(head: bytes, name: str) -> None:
    """Raise `UnsafeFile` when a DOCTYPE stands before the root element."""
    if b"<!DOCTYPE" in _as_utf8(head):
        raise UnsafeFile(
            f"{name}: the XML carries a DOCTYPE, which no official list does and which can smuggle "
            "in other files. Refused; fetch the list from its publisher again."
        )


def elements(stream: ByteStream, tags: Mapping[str, str]) -> Iterator[tuple[str, Element]]:
    """Yield (local name, element) as each element named in `tags` begins or ends.

    `tags` maps local names to the event wanted, `start` or `end`. An element that ended is
    emptied after use, with all that stood before it, so that memory does not grow with the file.
    """
    try:
        yield from _events(stream, tags)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(
            f"{stream.name}, line {error.lineno}: the XML is damaged or breaks off "
            f"({tidy(str(error.msg))}). Fetch the file again; nothing was changed."
        ) from error


def _events(stream: ByteStream, tags: Mapping[str, str]) -> Iterator[tuple[str, Element]]:
    parser = etree.iterparse(
        cast("Any", stream),
        events=("start", "end"),
        tag=["{*}" + tag for tag in tags],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    checked = False
    for event, element in parser:
        if not checked:
            _refuse_internal_dtd(element, stream.name)
            checked = True
        name = element.tag.rpartition("}")[2]
        if tags.get(name) != event:
            continue
        yield name, element
        if event == "end":
            _release(element)


def _release(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _refuse_internal_dtd(element: Element, name: str) -> None:
    if element.getroottree().docinfo.doctype:
        refuse_doctype(b"<!DOCTYPE", name)


def text_of(element: Element | None) -> str:
    """Return an element's own text with white space tidied; empty where there is none."""
    text: str | None = None if element is None else element.text
    if not text:
        return ""
    if len(text) > MAX_FIELD:
        raise _oversized(element, len(text))
    return tidy(text)


def _oversized(element: Element, length: int) -> UnsafeFile:
    name = Path(element.getroottree().docinfo.URL or "").name
    return UnsafeFile(
        f"{name}, line {element.sourceline}: <{etree.QName(element).localname}> holds "
        f"{length:,} characters, more than any list writes in one field. Refused."
    )


def _as_utf8(head: bytes) -> bytes:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="ignore").encode()
    return head
