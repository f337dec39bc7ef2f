"""What every FollowTheMoney entity that we write is made of: ids, values and their limits."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sanctrail.lists.records import Birth
from sanctrail.text.fold import tidy

STRING, NAME, IDENTIFIER, ADDRESS, TEXT = 1024, 384, 64, 250, 65_000
"""Characters that a value of each of the model's types may have."""

_ID = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,198}[0-9A-Za-z])?")
_MANY_YEARS = 20


class Values:
    """The values of one entity, each once and in the order in which they came."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}

    def add(self, name: str, text: str, limit: int = STRING) -> bool:
        """Take a value; tell whether it fits, so that another place is found for what does not."""
        value = text.strip() if limit == TEXT else tidy(text)
        fits = 0 < len(value) <= limit
        if fits:
            self._found.setdefault(name, {})[value] = None
        return fits

    def note(self, about: str, text: str) -> None:
        """Keep in words what the model has no property for."""
        self.add("summary", f"{about}: {text}"[:TEXT], TEXT)

    def facts(self) -> Iterator[str]:
        """Yield all values with their properties, of which the digest is an id."""
        return (f"{name}={one}" for name, of in self.properties().items() for one in of)

    def properties(self) -> dict[str, list[str]]:
        """Return the values as lists, by property in order of the alphabet."""
        return {name: [*values] for name, values in sorted(self._found.items())}


@dataclass(frozen=True, slots=True)
class Dataset:
    """The list that entities are written from."""

    list_id: str
    list_date: str

    def entity(
        self, name: str, schema: str, caption: str, values: Values, *, target: bool = False
    ) -> dict[str, Any]:
        """Return an entity as the model's JSON has it."""
        seen = {"last_seen": f"{self.list_date}T00:00:00"} if self.list_date else {}
        return {
            "caption": caption or name,
            "datasets": [self.list_id],
            "id": name,
            **seen,
            "properties": values.properties(),
            "referents": [],
            "schema": schema,
            "target": target,
        }

    def id_of(self, schema: str, *facts: str) -> str:
        """Return the id of what has none of its own: a digest of its facts."""
        digest = sha256("\n".join((self.list_id, schema, *facts)).encode()).hexdigest()[:24]
        return f"{schema.lower()}-{digest}"


def party_id(listing_id: str) -> str:
    """Return the id of a party: its listing id, with a hyphen for what an id may not hold."""
    plain = listing_id.replace(":", "-")
    if _ID.fullmatch(plain):
        return plain
    digest = sha256(listing_id.encode()).hexdigest()[:8]
    kept = re.sub(r"[^0-9A-Za-z.]+", "-", plain).strip(".-")[:180]
    return f"{kept or 'party'}-{digest}"


def dates_of(birth: Birth) -> Iterable[str]:
    """Return dates as precise as they are known; of a range its years, of a long one its ends."""
    match birth.precision:
        case "day":
            return [birth.earliest]
        case "month":
            return [birth.earliest[:7]]
        case "year":
            return [birth.earliest[:4]]
    first, last = int(birth.earliest[:4]), int(birth.latest[:4])
    years = range(first, last + 1) if last - first < _MANY_YEARS else (first, last)
    return [f"{year:04}" for year in dict.fromkeys(years)]


def dates_text(birth: Birth) -> str:
    """Say a date in words where the model cannot: `circa 1961-01-01 to 1963-12-31`."""
    days = "".join(dates_of(birth))
    if birth.precision == "range":
        days = f"{birth.earliest} to {birth.latest}"
    return f"circa {days}" if birth.circa else days
