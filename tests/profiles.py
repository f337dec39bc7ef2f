"""Listings as the joining sees them, made by hand, and what joining them gives."""

from dataclasses import dataclass

from sanctrail.parties.joining import JOINED, Weighed, join_pairs
from sanctrail.parties.meeting import make_ready
from sanctrail.parties.pairs import weigh_pairs
from sanctrail.parties.profiles import Profile
from sanctrail.register import LoadOptions, Register, load_lists
from sanctrail.text.dates import DateRange, parse_date

LISTS = {"us": "us-sdn"}


def profile(listing_id, name, *aliases, kind="person", on="", born=(), **facts):
    """A listing: its id, names, list (by the id's regime), and births as they are written."""
    regime = listing_id.partition(":")[0]
    births = tuple(map(birth, (born,) if isinstance(born, str) else born))
    return Profile(
        listing_id=listing_id,
        regime=regime,
        lists=(on or LISTS.get(regime, regime),),
        kind=kind,
        primary=name,
        names=tuple((one, True) for one in (name, *aliases)),
        births=births,
        **{fact: tuple(told) if isinstance(told, list) else told for fact, told in facts.items()},
    )


def birth(written):
    """A birth as profiles have it: a day, month or year, or `1958 to 1964`."""
    first, _, last = written.partition(" to ")
    one = parse_date(first)
    if last:
        one = DateRange(one.earliest, parse_date(last).latest, "range")
    return one.earliest, one.latest, one.precision, False


@dataclass(frozen=True)
class Joined:
    """What joining gave: groups of ids, and pairs by id with what was weighed."""

    parties: set
    made: dict
    undecided: dict
    weighed: dict

    def odds(self, left, right):
        return self.weighed[tuple(sorted((left, right)))].odds


def joined(*profiles, together=(), apart=()):
    """Join listings made by hand."""
    held = {one.listing_id: one for one in sorted(profiles, key=lambda one: one.listing_id)}
    return joined_pairs(held.values(), weigh_pairs(held, make_ready(held)), together, apart)


def joined_pairs(profiles, pairs, together=(), apart=()):
    """Join listings whose pairs were weighed already."""
    held = {one.listing_id: one for one in profiles}
    clusters, made, proposed = join_pairs(held, pairs, together, apart)
    return Joined(
        {frozenset(members) for members in clusters.parties()},
        {(one.left, one.right): one for one in made},
        {(one.left, one.right): one for one in proposed},
        {(one.left, one.right): one for one in pairs},
    )


def pair(left, right, odds=JOINED):
    """A weighed pair with the odds that a test wants."""
    return Weighed(*sorted((left, right)), odds, ())


def groups(*texts):
    """Parties as a test writes them: `us:1 un:1`."""
    return {frozenset(text.split()) for text in texts}


def un(day, *people):
    """A UN list of persons: (number, name[, born]), in the UN's own layout."""
    entries = "".join(_un_person(*one) for one in people)
    return (
        f'<CONSOLIDATED_LIST dateGenerated="{day}T00:00:00Z"><INDIVIDUALS>{entries}</INDIVIDUALS>'
        "</CONSOLIDATED_LIST>"
    )


def _un_person(number, name, born=""):
    block = "INDIVIDUAL_DATE_OF_BIRTH"
    date = f"<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>{born}</DATE>"
    return (
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{name}</FIRST_NAME>"
        f"<UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.{number:03}</REFERENCE_NUMBER>"
        f"<LISTED_ON>2016-11-30</LISTED_ON>{f'<{block}>{date}</{block}>' if born else ''}"
        "</INDIVIDUAL>"
    )


def eu(day, *people):
    """An EU list of persons: (number, name[, born[, UN reference]])."""
    entries = "".join(_eu_person(*one) for one in people)
    return (
        '<export xmlns="http://eu.europa.ec/fpi/fsd/export" '
        f'generationDate="{day}T12:00:00.000+01:00">{entries}</export>'
    )


def _eu_person(number, name, born="", un_reference=""):
    birthdate = f'<birthdate calendarType="GREGORIAN" birthdate="{born}" year="{born[:4]}"/>'
    return (
        f'<sanctionEntity designationDetails="" unitedNationId="{un_reference}" '
        f'euReferenceNumber="EU.{number}" logicalId="{number}">'
        '<regulation regulationType="regulation" numberTitle="2017/1509" programme="PRK" '
        'logicalId="1"/><subjectType code="person" classificationCode="P"/>'
        f'<nameAlias wholeName="{name}" strong="true" logicalId="2{number}"/>'
        f"{birthdate if born else ''}</sanctionEntity>"
    )


def sdn(*people):
    """OFAC's sdn.csv: (uid, name[, born as it writes days]); its day stands in the file's name."""
    null = ",".join(["-0- "] * 7)
    return "".join(
        f'{uid},"{name}",individual,"DPRK3",{null},"{_remarks(*born)}"\r\n'
        for uid, name, *born in people
    )


def _remarks(born=""):
    return f"DOB {born}; Gender Male." if born else "Gender Male."


class Desk:
    """A workspace into which a test loads lists, written under the names that say what they are."""

    def __init__(self, folder):
        self.folder = folder
        self.workspace = folder / "workspace"

    def load(self, **lists):
        """Load lists as `un_2026_01_01=text`; return the register."""
        for name, text in lists.items():
            kind, _, day = name.partition("_")
            end = "csv" if kind == "sdn" else "xml"
            path = self.folder / f"{kind}_{day.replace('_', '-')}.{end}"
            path.write_text(text, encoding="utf-8", newline="")
            load_lists([path], self.workspace, LoadOptions(accept_drop=True))
        return Register(self.workspace)
