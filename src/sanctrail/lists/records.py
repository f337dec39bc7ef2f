"""The records that every list reader yields: what a list says about one party, as it says it.

A `Listing` is one entry of one list. Its id is the regime's prefix and the list's own stable
number (`un:6908512`, `us:27307`), so that it survives new versions of the list. Nothing here is
merged, translated or guessed; what a reader could not understand is a `Problem` beside it.
"""

from dataclasses import dataclass

KINDS = ("person", "entity", "vessel", "aircraft")


@dataclass(frozen=True, slots=True)
class Name:
    """One name as printed on the list.

    `kind` is primary, alias, former or script (the primary or an alias in its own script);
    `quality` is strong or weak where the list says so, else empty; `script` is an ISO 15924
    code where the list says so or the characters tell.
    """

    text: str
    kind: str
    quality: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class Birth:
    """A date of birth as an interval of ISO days, with how the list wrote it.

    `precision` is day, month, year or range; `circa` says that the list calls it approximate.
    """

    earliest: str
    latest: str
    precision: str
    circa: bool = False


@dataclass(frozen=True, slots=True)
class Country:
    """A country tied to the party: `code` is ISO 3166 alpha-2 in lower case, empty if unknown.

    `role` is nationality, citizenship, address, birth, flag or registration.
    """

    role: str
    code: str
    as_written: str


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
class Listing:
    """One entry of one list. `element` locates it in the file; `reference` is the list's own."""

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

    @property
    def primary_name(self) -> str:
        """The first primary name, or the first name of any kind."""
        primary = (name.text for name in self.names if name.kind == "primary")
        return next(primary, self.names[0].text if self.names else "")


@dataclass(frozen=True, slots=True)
class ListHeader:
    """What a file says of itself before its entries.

    `list_id` names the list (un, us-sdn); `form` the layout it came in; `list_date` is the
    list's own date (ISO day), which orders versions whatever the order of loading.
    """

    list_id: str
    regime: str
    form: str
    list_date: str
