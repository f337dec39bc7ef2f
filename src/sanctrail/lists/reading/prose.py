"""What lists say in running text: lettered answers, wallets, IMO numbers, UN references.

A list without a field for such a fact writes it into a remark. What has a form of its own (a
checksum, a fixed pattern) is taken from there as it stands; nothing is read out of wording.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from sanctrail.addresses import describe
from sanctrail.lists.records import Identifier, Wallet

UN_REFERENCE = re.compile(r"\b(?:[A-Z]{2,3}[ie]\.\d{3}|[A-Z]{2}\.[A-Z]\.\d{1,3}\.\d{2})\b")
"""`KPe.031`, and the older `QI.A.12.01`."""

_LETTER = re.compile(
    r"[（(]\s*([A-Za-zａ-ｚ]{1,2})\s*[)）]|(?:(?<=[\s;,、])|^)([a-zａ-ｚ]{1,2})[)）]"
)
_NARROW = {wide: wide - ord("ａ") + ord("a") for wide in range(ord("ａ"), ord("ｚ") + 1)}
_GAP = 2
_EDGES = " \t\r\n;,、；\u3000\xa0"
_IMO = re.compile(r"IMO[^\d\n]{0,24}?(\d{7,})", re.IGNORECASE)
_SHIP_WEIGHTS = (7, 6, 5, 4, 3, 2)
_COMPANY_WEIGHTS = (8, 6, 4, 2, 9, 7)
_IMO_DIGITS = 7

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{26,110}(?![A-Za-z0-9])")
_LABEL = re.compile(
    r"暗号資産|仮想通貨|(?:crypto|digital|virtual)[ -]?(?:currency|asset|wallet)|wallet|bitcoin",
    re.IGNORECASE,
)
_ASSET = re.compile(
    r"\b(XBT|BTC|ETH|USDT|USDC|TRX|LTC|XMR|ZEC|DASH|BCH|BSV|BTG|XRP|XVG|ETC|ARB|BSC|BNB|SOL)\b"
    r"|(bitcoin|ビットコイン)|(ethereum|ether\b|イーサ(?:リアム)?)|(tether|テザー)",
    re.IGNORECASE,
)
_ASSET_WORDS = {2: "XBT", 3: "ETH", 4: "USDT"}


def stand_in(*facts: str) -> str:
    """Return the id of an entry to which its list gives none: a digest of its stable facts."""
    return "x" + sha256("\n".join(facts).encode()).hexdigest()[:16]


def lettered(text: str) -> list[str]:
    """Split `a) X b) Y` into its answers; text without such letters is one answer.

    Letters count in their order only, one at most left out, so that a stray `(b)` in a title parts
    nothing; an `a)` begins a new row of letters. Separators at the ends of an answer are cut.
    """
    cuts: list[tuple[int, int]] = []
    last = 0
    for match in _LETTER.finditer(text):
        place = _place_of((match[1] or match[2]).translate(_NARROW).lower())
        if place == 1 or (cuts and last < place <= last + _GAP):
            cuts.append(match.span())
            last = place
    if len(cuts) < 2 and not (cuts and not text[: cuts[0][0]].strip()):  # noqa: PLR2004
        return [text.strip()] if text.strip() else []
    ends = [start for start, _ in cuts[1:]] + [len(text)]
    answers = [text[end:stop] for (_, end), stop in zip(cuts, ends, strict=True)]
    stripped = (answer.strip(_EDGES) for answer in [text[: cuts[0][0]], *answers])
    return [answer for answer in stripped if answer]


def _place_of(letters: str) -> int:
    """Return 1 for `a`, 26 for `z`, 27 for `aa`."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("a") + 1
    return place


def imo_identifiers(text: str, kind: str) -> Iterator[tuple[Identifier, str]]:
    """Yield each IMO number in the text with what is wrong with it; empty if nothing is.

    Ships and companies have numbers of their own, with different check digits: a party that is
    no vessel has the number of a company wherever that one's check digit holds.
    """
    for match in _IMO.finditer(text):
        if len(match[1]) == _IMO_DIGITS:
            yield imo_identifier(match[1], kind)
        else:
            yield Identifier("IMO as written", match[1]), f"'{match[0]}' is no IMO number"


def imo_identifier(number: str, kind: str) -> tuple[Identifier, str]:
    """Return a number of seven digits as an identifier, with what is wrong with it."""
    if kind != "vessel" and _company_number_holds(number):
        return Identifier("IMO company", number), ""
    wrong = "" if imo_holds(number) else f"IMO number {number} fails its check digit"
    return Identifier("IMO", number), wrong


def imo_holds(number: str) -> bool:
    """Tell whether the check digit of a ship's number holds (IMO resolution A.1117(30))."""
    if not re.fullmatch(r"\d{7}", number, re.ASCII):
        return False
    total = sum(int(d) * w for d, w in zip(number, _SHIP_WEIGHTS, strict=False))
    return total % 10 == int(number[-1])


def _company_number_holds(number: str) -> bool:
    total = sum(int(d) * w for d, w in zip(number, _COMPANY_WEIGHTS, strict=False))
    return (11 - total % 11) % 10 == int(number[-1])


def wallets_in(text: str) -> Iterator[tuple[Wallet, str]]:
    """Yield each wallet address in the text, in exact case, with what is wrong with it.

    An address is known by its checksum, or by standing behind a word for crypto assets. The asset
    is the code or name that stands before it; empty where the list names none.
    """
    label = _LABEL.search(text)
    asset, last = "", 0
    for match in _TOKEN.finditer(text):
        said = text[last : match.start()]
        last = match.end()
        asset = _asset_in(said) or (asset if len(said.strip()) <= 1 else "")
        form = describe(match[0])
        behind_label = label is not None and label.end() <= match.start()
        if form.checksum == "valid" or (form.family, form.checksum) == ("ethereum-like", "none"):
            yield Wallet(asset, match[0]), ""
        elif behind_label and re.search(r"\d", match[0]):
            yield Wallet(asset, match[0]), f"wallet address {match[0]} has no checksum that holds"


def _asset_in(text: str) -> str:
    found = [*_ASSET.finditer(text)]
    if not found:
        return ""
    group = found[-1].lastindex or 1
    return _ASSET_WORDS.get(group, found[-1][group].upper())
