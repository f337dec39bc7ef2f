"""Letting a damaged XML file through without what XML forbids in it, each repair told.

XML 1.0 forbids most control characters, and no parser takes bytes that are not UTF-8, an `&` that
opens no reference or a `<` that opens no tag. Publishers' copies carry all four: a known one was
written with the low byte of each UTF-16 unit only, so that a typographic apostrophe (U+2019)
became 0x19, and Cyrillic, Arabic or Han letters ASCII characters, `&` and `<` among them. A desk
that waits for a sound copy screens against an old list, so the file is read and its flaws told.

Whether something is a flaw is decided by the bytes from it on, never by where a block ends: any
reading in pieces gives the same bytes and the same problems.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from sanctrail.errors import Problem, UnreadableFile, UnsafeFile
from sanctrail.ground.inputs import InputStream
from sanctrail.lists.reading.xml import MAX_FIELD

MAX_REPAIRS = 5000
"""More repairs than this and the file is no list with flaws; the worst held one needs 1,199."""

BLOCK = 1 << 17
"""Bytes read at once; always filled, so that what is known at a place does not hang on packing."""

_WINDOW = 512
"""Bytes that may be looked at behind a place to tell if it is a flaw; no decision needs more."""

_LOST_HIGH_BYTE = {ord(char) & 0xFF: char for char in "\u2013\u2014\u2018\u2019\u201c\u201d"}
"""Dashes and quotation marks by their low byte: what each of these bytes stands for in a list."""

_ALLOWED = bytes({*range(256)} - {*range(9), 11, 12, *range(14, 32)})
_ODD_MARKUP = re.compile(rb"<[^A-Za-z_:/\x80-\xff]")
_ODD_REFERENCE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")
_NAME = rb"[A-Za-z_:\x80-\xff][\w:.\x80-\xff-]{0,79}"
_SPACE = rb"[ \t\r\n]"
_TAG = rb"/?" + _NAME + _SPACE + rb"{0,80}(?:/?>|(?<=[ \t\r\n])" + _NAME + _SPACE + rb"{0,9}=)"
_SECTION = rb"<!--|<!\[CDATA\[|<\?(?=" + _NAME + rb"[ \t\r\n?])"
_FLAW = re.compile(
    rb"(?P<control>[\x00-\x08\x0b\x0c\x0e-\x1f])"
    rb"|(?P<reference>&(?!(?:amp|lt|gt|quot|apos);))"
    rb"|(?P<section>" + _SECTION + rb")"
    rb"|(?P<markup><(?!" + _TAG + rb"|!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)))"
)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBERED = re.compile(rb"&#(?:([0-9]{1,10})|x([0-9a-fA-F]{1,8}));")
_NAMED = re.compile(rb"&" + _NAME + rb";")
_NO_CHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")
_CLOSING = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True, order=True)
class _Flaw:
    """Bytes of a block that no XML may hold there, and what they are read as.

    `likely` marks a `<` before a letter that opens no whole tag: a flaw only in a file that has
    shown others, since looking at every tag of a sound file costs too much.
    """

    start: int
    end: int
    message: str
    substitute: bytes
    likely: bool = False


class RepairedStream(io.RawIOBase):
    """A list's bytes with what XML forbids replaced; every replacement is a problem.

    With `strict` the first one raises `UnreadableFile` with its line and byte instead. The
    digest stays that of the file as it is.
    """

    def __init__(self, stream: InputStream, problems: list[Problem], *, strict: bool) -> None:
        self.name = stream.name
        self._stream = stream
        self._problems = problems
        self._strict = strict
        self._utf8 = _says_utf8(stream.head())
        self._repairs = 0
        self._closing = b""
        self._unbroken = 0
        self._rest = b""
        self._ended = False
        self._ready = b""
        self._given = 0
        self._offset = 0
        self._line = 1

    @property
    def repaired(self) -> bool:
        """Tell whether the file has shown a flaw up to here."""
        return self._repairs > 0

    def readable(self) -> bool:
        """Tell that this stream can be read."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Read into a buffer, as buffered wrappers do."""
        view = memoryview(cast("bytearray", buffer))
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes (all the rest when negative)."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        while self._given == len(self._ready) and not self._ended:
            block = self._filled()
            self._ended = not block
            self._ready = self._clean(self._rest + block) if self._utf8 else block
            self._given = 0
        data = self._ready[self._given : self._given + size]
        self._given += len(data)
        return data

    def _filled(self) -> bytes:
        pieces, missing = [], BLOCK
        while missing and (piece := self._stream.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
        block = b"".join(pieces)
        self._refuse_endless_field(block)
        return block

    def _refuse_endless_field(self, block: bytes) -> None:
        """Stop a text or an attribute (neither holds a `<`) before the parser gathers it."""
        first, last = block.find(b"<"), block.rfind(b"<")
        if self._unbroken + (first if first >= 0 else len(block)) > MAX_FIELD:
            line = self._line + self._rest.count(b"\n")
            raise UnsafeFile(
                f"{self.name}, line {line}: more than {MAX_FIELD:,} bytes follow without a tag, "
                "more than any list writes in one field. Refused."
            )
        self._unbroken = len(block) - 1 - last if last >= 0 else self._unbroken + len(block)

    def _clean(self, block: bytes) -> bytes:
        """Return the block repaired, but for its end, which waits for what follows."""
        cut = len(block) if self._ended else _between_characters(block, len(block) - _WINDOW)
        if not self._closing and not self._repairs and _is_sound(block, cut):
            cleaned = block[:cut]
        else:
            flaws, cut = self._flaws(block, cut)
            cleaned = b"".join(self._pieces(block[:cut], flaws))
        self._rest = block[cut:]
        self._offset += cut
        self._line += block.count(b"\n", 0, cut)
        return cleaned

    def _flaws(self, block: bytes, cut: int) -> tuple[list[_Flaw], int]:
        """Return the flaws that begin before the cut, and the cut moved behind the last token."""
        flaws = [*_wrong_bytes(block[:cut])]
        at = 0
        while at < cut:
            if self._closing:
                end = block.find(self._closing, at)
                inside = end if 0 <= end < cut else cut
                flaws.extend(_control(match) for match in _CONTROL.finditer(block, at, inside))
                at = inside
                if inside == end:
                    at, self._closing = end + len(self._closing), b""
                continue
            found = _FLAW.search(block, at)
            if found is None or found.start() >= cut:
                break
            at = found.end()
            if found["section"]:
                self._closing = _CLOSING[found["section"]]
            elif flaw := _flaw_of(block, found):
                flaws.append(flaw)
                at = flaw.end
        return sorted(flaws), max(cut, at)

    def _pieces(self, block: bytes, flaws: list[_Flaw]) -> Iterator[bytes]:
        done, line = 0, self._line
        for flaw in flaws:
            if flaw.likely and not self._repairs:
                continue
            line += block.count(b"\n", done, flaw.start)
            self._note(f"line {line}, byte {self._offset + flaw.start:,}", flaw.message)
            yield block[done : flaw.start]
            yield flaw.substitute
            done = flaw.end
        yield block[done:]

    def _note(self, where: str, message: str) -> None:
        self._repairs += 1
        if self._strict:
            raise UnreadableFile(
                f"{self.name}, {where}: {message.partition(';')[0]}. Fetch the file again, or load "
                "it without --strict to have it read and every such place told."
            )
        if self._repairs > MAX_REPAIRS:
            raise UnreadableFile(
                f"{self.name}, {where}: {message.partition(';')[0]}, like {MAX_REPAIRS:,} places "
                "before it: this is no list. Fetch the file again; nothing was changed."
            )
        self._problems.append(Problem(self.name, where, message))


def _says_utf8(head: bytes) -> bool:
    """Tell whether the file is UTF-8, as XML is when it says nothing else."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding=[\"']([\w.-]+)", head)
    return declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii", b"ascii")


def _between_characters(block: bytes, at: int) -> int:
    """Return the last place not behind `at` where no UTF-8 sequence is cut in two."""
    for place in range(at, max(at - 4, -1), -1):
        if block[place] & 0xC0 != 0x80:  # noqa: PLR2004 - no continuation byte
            return place
    return max(at, 0)


def _is_sound(block: bytes, cut: int) -> bool:
    """Tell quickly that a block has no flaw and no section; False may be a false alarm."""
    return (
        not block.translate(None, _ALLOWED)
        and not _ODD_MARKUP.search(block)
        and not _ODD_REFERENCE.search(block)
        and (block.isascii() or _is_text(block[:cut]))
    )


def _is_text(block: bytes) -> bool:
    """Tell whether the bytes are UTF-8 without the two characters that `_wrong_bytes` names."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return False
    return "\ufffe" not in text and "\uffff" not in text


def _flaw_of(block: bytes, found: re.Match[bytes]) -> _Flaw | None:
    """Return the flaw that a match is, or None: a reference may be sound or the parser's case."""
    start = found.start()
    if found["control"]:
        return _control(found)
    if found["markup"]:
        likely = not _ODD_MARKUP.match(block, start)
        message = "holds a '<' that opens no tag; read as that character"
        return _Flaw(start, start + 1, message, b"&lt;", likely)
    if numbered := _NUMBERED.match(block, start):
        code = int(numbered[1]) if numbered[1] else int(numbered[2], 16)
        if _is_xml_character(code):
            return None
        return _Flaw(start, numbered.end(), *_reading(numbered[0].decode(), code))
    if _NAMED.match(block, start):
        return None
    message = "holds an '&' that opens no reference; read as that character"
    return _Flaw(start, start + 1, message, b"&amp;")


def _control(found: re.Match[bytes]) -> _Flaw:
    code = found[0][0]
    return _Flaw(found.start(), found.end(), *_reading(f"0x{code:02x}", code))


def _reading(written: str, code: int) -> tuple[str, bytes]:
    """Return what to say of a forbidden character, and what to read in its place."""
    char = _LOST_HIGH_BYTE.get(code, " ")
    how = "a space" if char == " " else f"{char} (U+{ord(char):04X}), whose low byte it is"
    return f"holds {written}, which XML forbids; read as {how}", char.encode()


def _is_xml_character(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF  # noqa: PLR2004 - the bounds are those of XML 1.0, 2.2
        or 0xE000 <= code <= 0xFFFD  # noqa: PLR2004
        or 0x10000 <= code <= 0x10FFFF  # noqa: PLR2004
    )


def _wrong_bytes(block: bytes) -> Iterator[_Flaw]:
    """Yield what is not UTF-8 and the two characters above U+FFFD that XML forbids.

    A single byte from 0xA0 on is read as the character of that number (0xE9 as é): the low byte
    that a careless conversion left of it, and what a Latin-1 file would mean by it.
    """
    at = 0
    while at < len(block):
        try:
            block[at:].decode()
        except UnicodeDecodeError as error:
            start, end = at + error.start, at + error.end
            code = block[start]
            char = chr(code) if end - start == 1 and code >= 0xA0 else _REPLACEMENT  # noqa: PLR2004
            how = f"{char} (U+{ord(char):04X})"
            message = f"holds 0x{block[start:end].hex()}, which is not UTF-8; read as {how}"
            yield _Flaw(start, end, message, char.encode())
            at = end
        else:
            break
    for match in _NO_CHARACTER.finditer(block) if b"\xef\xbf" in block else ():
        message = "holds a code that is no character, which XML forbids; read as a space"
        yield _Flaw(match.start(), match.end(), message, b" ")


_GARBLED_WORD = re.compile(r"(?<!\S)[!-O\ufffd\xa1-\xd6\xd8-\xde‘’“”–—]{2,}(?!\S)")
_NO_NAME = re.compile(
    r"[0-9][A-J]{2}|[0-9]['(*#%][A-J]|[A-J'][/,(:*#%+][A-J']|[A-J0-9]/$|[0-9]'[0-9A-J]|[A-J]'[0-9]"
    r"|^[-:][0-9A-J]*[A-J]|[#%]\(|'D['A-J0-9(*,/:.-]"
    r"|[<=>@;:?][A-O0-9<=>@;:?]*[<=>@?]|[\xa9\xaf]"
)
_NO_TEXT = re.compile(
    r"(?:script|Arabic)\s*:\s*[^a-z]{2,}$|\ufffd|\([\xc0-\xff]{2,}\s*\)|/- | /[A-Z][a-z]"
)
"""The last two are what a narrow space (U+202F) leaves between words: a slash."""
_PLAIN_WORDS = re.compile(r"(?:['‘’ʼ]?[^\W\d_]+(?:['‘’ʼ-][^\W\d_]+)*['’.,]?(?:\s|$))+")


def lost_script(text: str) -> bool:
    """Tell whether what should be a name in another script lost the high bytes of its letters.

    A name in its own script has letters beyond Latin ones; lists also put plain Latin names
    there. What is neither is left over from Arabic (`E-E/`), Cyrillic (`!5=5`) or Han letters.
    """
    if not text or _has_other_script(text):
        return False
    return not _PLAIN_WORDS.fullmatch(text) or not re.search(r"[^\W\d_A-J]", text)


def lost_letters(text: str) -> bool:
    """Tell whether some words of a text lost the high bytes of their letters.

    Only to be asked of a file known to be damaged: a rare sound text (A/B) looks the same.
    """
    if _has_other_script(text):
        return False
    if _NO_TEXT.search(text):
        return True
    return any(_NO_NAME.search(word[0].strip("“”‘’")) for word in _GARBLED_WORD.finditer(text))


def has_readable_word(text: str) -> bool:
    """Tell whether a text that lost letters has words left that can be read."""
    return re.search(r"[A-Za-z][a-z]{2}|[A-Z]*[P-Z][A-Z]+", text) is not None


def _has_other_script(text: str) -> bool:
    """Tell whether letters beyond Latin ones stand in a text; among ruins they must prevail."""
    others = sum(
        char.isalpha() and char >= "\u0370" and not "\u1e00" <= char <= "\u1eff" for char in text
    )
    return others > (len(text) // 2 if _REPLACEMENT in text else 0)
