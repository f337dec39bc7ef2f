"""What both layouts of Japan's asset freeze list say in the same words: births, places, papers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from sanctrail.ground.sheets import Cell
from sanctrail.lists.jp.mof_dates import Notices, births_of, cell_text, notices_of
from sanctrail.lists.jp.mof_terms import UNKNOWN, country_in, place_and_country, plain
from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.records import Address, Country, Identifier, LegalAct, Measure
from sanctrail.text.fold import tidy

MEASURE = Measure("asset freeze", "資産凍結等の措置")
"""What the workbook says on its first sheet that it lists."""

DAY = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?")

_GENDER = {"男": "male", "女": "female"}
_NUMBER = re.compile(
    r"(?<![A-Z0-9])[A-Z]{0,5}[ °/-]?\d[A-Z\d]*(?:[-./() ]{1,2}[A-Z\d]+)*(?![A-Z])", re.IGNORECASE
)
_FEWEST_DIGITS = 3


def is_unknown(text: str) -> bool:
    """Tell whether a cell holds nothing, or says that nothing is known."""
    return plain(text).lower() in UNKNOWN


def take_notices(found: Gathered, text: str) -> Notices:
    """Return the days of an entry's notices; what is no day is kept in words."""
    notices = notices_of(text)
    if re.search(r"\d+[./]\d+", notices.left_over):
        found.problem(f"notice date is not read: {tidy(notices.left_over)}")
    found.detail("告示日付", tidy(notices.left_over))
    return notices


def acts_of(notices: Notices) -> tuple[LegalAct, ...]:
    """Return the notices that list an entry or amend it."""
    listing = [LegalAct("告示", notices.listed_on, "listing")] if notices.listed_on else []
    return (*listing, *(LegalAct("告示", day, "amendment") for day in notices.amended_on))


def take_births(found: Gathered, cell: Cell) -> None:
    """Take the dates of birth; what is not read in full is told and kept in words."""
    births = births_of(cell)
    found.births.update(dict.fromkeys(births.births))
    for calendar, written in births.others:
        found.detail(f"birth date ({calendar})", written)
    if births.left_over:
        said = tidy(cell_text(cell))
        found.detail("生年月日", said)
        if re.search(r"\d", births.left_over) or not births.births:
            found.problem(f"date of birth is not read in full: {said}")


def take_places(found: Gathered, role: str, places: Iterable[str]) -> None:
    """Take places, each parted from its country."""
    for place in places:
        written = tidy(place).strip("、,; ")
        if written and not is_unknown(written):
            text, code, country = place_and_country(written)
            found.addresses[Address(role, text, code, country)] = None


def take_nationalities(found: Gathered, countries: Iterable[str]) -> None:
    """Take nationalities as written, each with its code."""
    for written in countries:
        found.countries[Country("nationality", country_in(written), tidy(written))] = None


def take_papers(found: Gathered, title: str, answers: Iterable[str]) -> None:
    """Take the number out of each answer; what stands around it is kept in words."""
    for answer in answers:
        if is_unknown(answer):
            continue
        number = _number_in(answer)
        if number:
            found.identifiers[Identifier(title, number, country_in(answer))] = None
        else:
            found.problem(f"{title} has no number: {tidy(answer)}")
        if tidy(answer) != number:
            found.detail(title, tidy(answer))


def _number_in(answer: str) -> str:
    """Return the one number of an answer; all of it where there are several; empty if none."""
    undated = DAY.sub(" ", unicodedata.normalize("NFKC", answer))
    bare = DAY.sub(" ", re.sub(r"\([^()]*\)(?!\d)", " ", unicodedata.normalize("NFKC", answer)))
    numbers = [one for one in _numbers(bare) if len(re.findall(r"\d", one)) >= _FEWEST_DIGITS]
    if len(numbers) == 1:
        return tidy(numbers[0]).strip("-. ")
    return tidy(answer) if re.search(r"\d", undated) else ""


def _numbers(text: str) -> Iterator[str]:
    return (match[0] for match in _NUMBER.finditer(text))


def gender_in(text: str) -> str:
    """Return the gender that running text names behind 性別; empty if it names none."""
    match = re.search(r"性別\s*[）)]?\s*[：:・]?\s*(男|女)", text)
    return _GENDER[match[1]] if match else ""
