"""The records that every list reader yields: what a list says about one party, as it says it.

A `Listing` is one entry of one list. Its id is the regime's prefix and the list's own stable
number (`un:6908512`, `us:27307`), so that it survives new versions of the list. Nothing here is
merged, translated or guessed; what a reader could not understand is a `Problem` beside it.
"""

from dataclasses import dataclass

KINDS = ("person", "entity", "vessel", "aircraft")

PART_ROLES = (
    "first",
    "middle",
    "last",
    "father",
    "maiden",
    "patronymic",
    "matronymic",
    "nickname",
    "title",
    "suffix",
    "whole",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
)
"""What a part of a name is; a number where the list only says its place."""

MEASURES = (
    "asset freeze",
    "travel ban",
    "arms embargo",
    "sectoral debt",
    "sectoral equity",
    "correspondent account",
    "vessel measure",
    "trade restriction",
    "other",
)
"""What a listing obliges others to, in one vocabulary; the list's own wording stands beside it."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name as printed on the list.

    `kind` is primary, alias, former or script (the primary or an alias in its own script);
    `quality` is strong or weak where the list says so, else empty; `script` is an ISO 15924
    code where the list says so or the characters tell. `parts` are (role, text) pairs in the
    list's order where the list parts the name; a role is one of `PART_ROLES`.
    """

    text: str
    kind: str
    quality: str = ""
    script: str = ""
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Birth:
    """A date of birth as an interval of ISO days, with how the list wrote it.

    `precision` is day, month, year or range; `circa` says that the list calls it approximate.
    A date of another calendar is no `Birth` but a `Detail`: it is never taken for a Gregorian one.
    """

    earliest: str
    latest: str
    precision: str
    circa: bool = False


@dataclass(frozen=True, slots=True)
class Country:
    """A country tied to the party: `code` is ISO 3166 alpha-2 in lower case, empty if unknown.

    `role` is nationality, citizenship, flag, former flag or registration; an extract, which
    gives no places, also has address and birth.
    """

    role: str
    code: str
    as_written: str


@dataclass(frozen=True, slots=True)
class Address:
    """A place as the list writes it: where a party is (`role` address) or was born (birth).

    `text` is the place in one line without its country; `city`, `region` and `postal_code`
    repeat what the list tells apart. `country` is a code as in `Country`, empty if unknown, and
    `country_as_written` the list's word for it.
    """

    role: str
    text: str
    country: str = ""
    country_as_written: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Wallet:
    """A listed address in exact case; `asset` is the list's code (XBT, USDT), not a chain."""

    asset: str
    address: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A document or registration number; `country` is the issuer's code, empty if unknown."""

    kind: str
    number: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What the listing obliges others to: `kind` is one of `MEASURES`, beside the list's words."""

    kind: str
    as_written: str


@dataclass(frozen=True, slots=True)
class LegalAct:
    """A legal act that the listing rests on; `date` is an ISO day, empty where none is given.

    `role` is listing or amendment where the list tells, else empty.
    """

    title: str
    date: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A tie from this party to another, as the list claims it.

    `kind` is one of `RELATIONS`, read from this party to the other ("owned by" the other);
    `other` is the other's listing id where the list gives its number, `name` its name where the
    list writes it, `as_written` the list's wording.
    """

    kind: str
    other: str
    name: str
    as_written: str
    former: bool = False


RELATIONS = (
    "owned by",
    "owner of",
    "acting for",
    "supporting",
    "leader of",
    "member of",
    "family of",
    "associate of",
    "linked to",
)
"""How one party is tied to another; the list's own wording stands beside it."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A fact without a place of its own: title, position, vessel type, tonnage, website, phone.

    `kind` is in lower case; where the list names the fact itself, its own word for it.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One entry of one list. `element` locates it in the file; `reference` is the list's own.

    `listed_on` is the day that the list gives; where it gives none, the oldest legal act known
    for the party with `listed_basis` "at the latest". `delisted` says that the list itself
    marks the entry as lifted (on `delisted_on`, where it gives the day). `cut` names the facts (of
    `forms.FACTS`) that the file cuts short or damages in this entry, so that neither their
    presence nor their absence says that anything was amended.
    """

    listing_id: str
    regime: str
    reference: str
    kind: str
    names: tuple[Name, ...]
    listed_on: str
    programmes: tuple[str, ...]
    element: str
    births: tuple[Birth, ...] = ()
    countries: tuple[Country, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    wallets: tuple[Wallet, ...] = ()
    gender: str = ""
    remarks: str = ""
    addresses: tuple[Address, ...] = ()
    measures: tuple[Measure, ...] = ()
    acts: tuple[LegalAct, ...] = ()
    relations: tuple[Relation, ...] = ()
    details: tuple[Detail, ...] = ()
    amended_on: tuple[str, ...] = ()
    listed_basis: str = ""
    delisted: bool = False
    delisted_on: str = ""
    cut: tuple[str, ...] = ()

    @property
    def primary_name(self) -> str:
        """The first primary name, or the first name of any kind."""
        primary = (name.text for name in self.names if name.kind == "primary")
        return next(primary, self.names[0].text if self.names else "")


@dataclass(frozen=True, slots=True)
class ListHeader:
    """What a file says of itself before its entries.

    `list_id` names the list (un, us-sdn); `form` the layout it came in; `list_date` is the
    list's own date (ISO day), which orders versions whatever the order of loading; empty where the
    layout carries none, so that the user or the file's name must say it. `generated` is the
    moment of publication as the file writes it, if it does: it orders versions of one day.
    """

    list_id: str
    regime: str
    form: str
    list_date: str
    generated: str = ""
