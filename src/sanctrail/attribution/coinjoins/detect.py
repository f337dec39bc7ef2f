"""Finding the CoinJoins of a ledger, and saying of one transaction what each detector says."""

from collections.abc import Iterator
from dataclasses import dataclass

from sanctrail.attribution.coinjoins import joinmarket
from sanctrail.attribution.coinjoins.shape import NO, Shape, Verdict
from sanctrail.attribution.coinjoins.sieve import candidates
from sanctrail.attribution.coinjoins.wasabi import wasabi_1, wasabi_2
from sanctrail.attribution.coinjoins.whirlpool import TX0, tx0, whirlpool
from sanctrail.errors import InputError
from sanctrail.ground.progress import Bar
from sanctrail.ledger.store import UtxoLedger

DETECTORS = (wasabi_1, wasabi_2, whirlpool, tx0, joinmarket.joinmarket, joinmarket.equal_outputs)
_STEP = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A transaction of a ledger and what it is found or suspected to be."""

    number: int
    transaction: str
    verdict: Verdict

    @property
    def several(self) -> bool:
        """Whether several people's coins meet in it: a Tx0 is of one person."""
        return self.verdict.protocol != TX0


def find(ledger: UtxoLedger) -> Iterator[Found]:
    """Yield the transactions that are found or suspected to be CoinJoins, in chain order."""
    numbers = candidates(ledger)
    with Bar("looking for CoinJoins", len(numbers)) as bar:
        for done, number in enumerate(numbers):
            if done % _STEP == 0:
                bar.reached(done)
            shape = shape_of(ledger, int(number))
            verdict = first_of(shape)
            if verdict is not None:
                yield Found(int(number), shape.transaction, verdict)


def first_of(shape: Shape) -> Verdict | None:
    """Return what a transaction is: a named protocol before a general shape, or None."""
    for detector in DETECTORS:
        verdict = detector(shape)
        if verdict.level != NO:
            return verdict
    return None


def examine(ledger: UtxoLedger, txid: str) -> list[Verdict]:
    """Return what every detector says of a transaction. Raises `InputError` if it is not there."""
    number = ledger.number_of(txid)
    if number is None or number < ledger.outside:
        raise InputError(f"The ledger has no transaction {txid[:80]}. Check the id.")
    shape = shape_of(ledger, number)
    return [detector(shape) for detector in DETECTORS]


def shape_of(ledger: UtxoLedger, number: int) -> Shape:
    """Return a transaction of a ledger as detectors see it."""
    made, spent = ledger.outputs(number), ledger.inputs(number)
    return Shape(
        ledger.transaction(number),
        tuple(int(ledger.values[output]) for output in spent),
        tuple(_address(ledger, int(ledger.owners[output])) for output in spent),
        tuple(int(ledger.values[output]) for output in made),
        tuple(_address(ledger, int(ledger.owners[output])) for output in made),
    )


def _address(ledger: UtxoLedger, owner: int) -> str:
    return ledger.address(owner) if owner >= 0 else ""
