"""What a request means in one ledger: whose addresses, which outputs or movements, from when on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sanctrail.attribution.categories import is_service
from sanctrail.attribution.chains import may_fit
from sanctrail.attribution.labels import Label
from sanctrail.attribution.services import families_of
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.tracing.request import Part, Request

NEVER = -(2**62)


@dataclass(frozen=True, slots=True)
class Setting:
    """The sources and stops by the ledger's own numbers.

    `sources` gives each source's theft; `services` the labelled services that are stops because
    of their label alone.
    """

    sources: dict[int, int]
    stops: frozenset[int]
    services: dict[int, Label] = field(default_factory=dict)

    def special(self) -> dict[int, int]:
        """Return what the kernels' table of addresses holds: see `utxo_walk.SOURCE`."""
        stops = dict.fromkeys([*self.stops, *self.services], 1)
        return stops | {number: 2 * theft for number, theft in self.sources.items()}


def setting_of(ledger: AccountLedger | UtxoLedger, request: Request) -> Setting:
    """Find a request's addresses in a ledger; a source is no stop."""
    named = [address for theft in request.thefts for address in theft.addresses]
    labelled = services_among(ledger, request.labels.values()) if request.rules.services else []
    ids = ledger.ids_of([*named, *sorted(request.stop_addresses), *(x.entry for x in labelled)])
    sources = {
        ids[address]: number
        for number, theft in enumerate(request.thefts)
        for address in theft.addresses
        if address in ids
    }
    stops = {ids[address] for address in request.stop_addresses if address in ids}
    stops -= sources.keys()
    services = {ids[label.entry]: label for label in labelled if label.entry in ids}
    return Setting(
        sources,
        frozenset(stops),
        {n: label for n, label in services.items() if n not in sources and n not in stops},
    )


def services_among(ledger: AccountLedger | UtxoLedger, labels: Iterable[Label]) -> list[Label]:
    """Return the labels that name a service's address on a chain such as the ledger's."""
    families = families_of(ledger)
    return [x for x in labels if is_service(x.kind) and may_fit(x.chain, families)]


def services_elsewhere(ledger: AccountLedger | UtxoLedger, labels: Iterable[Label]) -> list[str]:
    """Return addresses of the ledger that labels call a service's on a chain of another form."""
    families = families_of(ledger)
    left_out = {x.entry for x in labels if is_service(x.kind) and not may_fit(x.chain, families)}
    return sorted(ledger.ids_of(sorted(left_out)))


def since_of(request: Request) -> list[int]:
    """Return each theft's time, unix seconds."""
    return [NEVER if theft.since is None else theft.since for theft in request.thefts]


def named_parts(request: Request) -> list[tuple[int, Part]]:
    """Return the stolen parts with their theft's number, in the order given."""
    return [(n, part) for n, theft in enumerate(request.thefts) for part in theft.parts]
