"""Country names to codes: one table for the spellings of every list.

The code is ISO 3166-1 alpha-2 in lower case, `xk` for Kosovo, and four letters for a state that
is no more (`suhh`, `yucs`, `csxx`: ISO 3166-3, as FollowTheMoney writes them). A territory that a
list names in place of its state (Gaza, England) has the code of the state, and an adjective of
nationality (Afghan) that of its country where it can mean only one.
"""

import csv
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files


@lru_cache(maxsize=1 << 14)
def country_code(text: str) -> str:
    """Return the code of a country's name, alpha-2 or alpha-3 code; empty if it is unknown.

    Case, diacritics, punctuation and the word "the" do not matter. `na` is Namibia: a reader
    whose list writes "na" for "not available" must drop it before asking.
    """
    return _codes().get(_fold(text), "")


def country_name(code: str) -> str:
    """Return the short English name of a code of ours; empty if it is unknown."""
    return _names().get(code.strip().lower(), "")


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    spoken = "".join(
        character if character.isalnum() else " "
        for character in decomposed
        if not unicodedata.combining(character)
    )
    return "".join(word for word in spoken.split() if word != "the")


@cache
def _table() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    source = files("sanctrail") / "data" / "countries.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return tuple(
        (row["code"], row["name"], tuple(filter(None, row["variants"].split("|")))) for row in rows
    )


@cache
def _codes() -> dict[str, str]:
    return {
        _fold(spelling): code
        for code, name, variants in _table()
        for spelling in (code, name, *variants)
    }


@cache
def _names() -> dict[str, str]:
    return {code: name for code, name, _ in _table()}
