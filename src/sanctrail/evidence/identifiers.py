"""Identifiers that name a party on their own, and their comparable form.

A passport with its issuer, an IMO number, a SWIFT/BIC, a wallet, a registration or tax number:
one of these equal is identity. A number without its issuing country is not enough where
countries number alike (passports, national ids, registrations).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_NOISE = re.compile(r"[^0-9A-Z]")
_IMO = re.compile(r"(?:IMO)?0*(\d{7})")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_LEAST = 5
"""Characters of a number under which it says too little to be anybody's own."""

_SORTS = (
    # what the kind's words hold, sort, whether the issuing country must be known and equal
    ("fraudulent", "", False),
    ("ofsi", "", False),
    ("un reference", "", False),
    (
        "chinese commercial code",
        "",
        False,
    ),  # how a name's signs are telegraphed: namesakes share it
    ("imo", "imo", False),
    ("swift", "bic", False),
    ("bic", "bic", False),
    ("mmsi", "mmsi", False),
    ("lei", "lei", False),
    ("legal entity", "lei", False),
    ("passport", "passport", True),
    ("tax", "tax", True),
    ("fiscal", "tax", True),
    ("inn", "tax", True),
    ("r.f.c", "tax", True),
    ("rfc", "tax", True),
    ("rut", "tax", True),
    ("nit", "tax", True),
    ("ruc", "tax", True),
    ("vat", "tax", True),
    ("v.a.t", "tax", True),
    ("registration", "registration", True),
    ("registry", "registration", True),
    ("company number", "registration", True),
    ("enterprise number", "registration", True),
    ("commercial", "registration", True),
    ("c.r. no", "registration", True),
    ("credit code", "uscc", False),
    ("d-u-n-s", "duns", False),
    ("national id", "national id", True),
    ("identification", "national id", True),
    ("cedula", "national id", True),
    ("c.u.r.p", "national id", False),
    ("d.n.i", "national id", True),
)

BY_ISSUER = frozenset(sort for _, sort, by_issuer in _SORTS if by_issuer)
"""Sorts whose numbers countries give alike, so that the issuer must be known."""

SORTS = tuple(dict.fromkeys(sort for _, sort, _ in _SORTS if sort))
"""Sorts of identifiers that a query can give."""


@dataclass(frozen=True, slots=True)
class AskedIdentifier:
    """An identifier of a query: its number, its sort (of `SORTS`, empty: any) and its issuer."""

    number: str
    sort: str = ""
    country: str = ""


@lru_cache(maxsize=1 << 12)
def sort_of(kind: str) -> tuple[str, bool]:
    """Return which sort a list's kind of identifier is, and whether its issuer counts.

    An empty sort identifies nobody: a list's own reference, a number called fraudulent.
    """
    lowered = kind.lower()
    for word, sort, by_issuer in _SORTS:
        if re.search(rf"\b{re.escape(word)}", lowered):  # an aircraft's construction is no RUC
            return sort, by_issuer
    return "", False


def comparable(number: str, sort: str = "") -> str:
    """Return a number without punctuation; empty where it says too little to identify."""
    plain = _NOISE.sub("", number.upper())
    if sort == "imo":
        match = _IMO.fullmatch(plain)
        return match[1] if match else ""
    if sort == "bic":
        return plain[:8] if _BIC.fullmatch(plain) else ""
    return plain if len(plain) >= _LEAST and any(c.isdigit() for c in plain) else ""
