"""The labelled real CoinJoins, with the labels that contradict their own transactions left out."""

import json
import zipfile
from dataclasses import dataclass, field

from sanctrail.attribution.coinjoins import joinmarket, wasabi, whirlpool
from sanctrail.attribution.coinjoins.detect import DETECTORS
from sanctrail.attribution.coinjoins.shape import FOUND, NO, Shape
from sanctrail.ledger.formats.transactions import address_of_script

ZKSNACKS, SAMOURAI = "dumplings__end_zksnacks_202405.zip", "dumplings__sw_202403.zip"
LOOKALIKES = "joinmarket_lookalikes.zip"
FILES = {
    wasabi.WASABI_1: (ZKSNACKS, "WasabiCoinJoins"),
    wasabi.WASABI_2: (ZKSNACKS, "Wasabi2CoinJoins"),
    whirlpool.WHIRLPOOL: (SAMOURAI, "SamouraiCoinJoins"),
    whirlpool.TX0: (SAMOURAI, "SamouraiTx0s"),
}
AFTER = (
    (ZKSNACKS, "WasabiPostMixTxs"),
    (ZKSNACKS, "Wasabi2PostMixTxs"),
    (SAMOURAI, "SamouraiPostMixTxs"),
)


def read(shared, archive, name):
    """The transactions of one dump as shapes, each once, by id."""
    with zipfile.ZipFile(shared / "chains/coinjoins" / archive) as file:
        lines = file.read(f"Scanner/{name}.txt").decode().splitlines()
    return {shape.transaction: shape for shape in map(_shape, lines)}


def _shape(line):
    parts = line.split(":::")
    inputs = [item.split("+", 1) for item in parts[4].split("}{")]
    outputs = [item.split("+") for item in parts[5].split("}{")]
    return Shape(
        parts[0],
        tuple(int(head.split("-")[2]) for head, _ in inputs),
        tuple(address_of_script(tail.rsplit("+", 1)[0]) for _, tail in inputs),
        tuple(int(item[0]) for item in outputs),
        tuple(address_of_script(item[1]) for item in outputs),
    )


@dataclass
class Labelled:
    """One file's transactions, and those whose label something contradicts, with what does."""

    shapes: dict
    conflicts: dict = field(default_factory=dict)

    @property
    def kept(self):
        return {txid: s for txid, s in self.shapes.items() if txid not in self.conflicts}


def with_conflicts(shared):
    """The labelled transactions by detector.

    A Tx0 carries data and a mix does not: what is labelled Tx0, has none and has all of a mix's
    properties is in conflict. So is a Wasabi 2 round all of whose inputs are of one address, and
    a Wasabi 1 round that the other list calls a false one.
    """
    found = {name: Labelled(read(shared, *place)) for name, place in FILES.items()}
    false = json.loads(
        (shared / "chains/coinjoins/wasabi1-false_cjtxs__ww1_other_2018.json").read_text()
    )
    for name, told in found.items():
        for txid, shape in told.shapes.items():
            if name == whirlpool.TX0 and shape.null_data == 0:
                if whirlpool.whirlpool(shape).level == FOUND:
                    told.conflicts[txid] = "has no data output and is a mix in every property"
            elif name == wasabi.WASABI_2 and len(set(shape.input_addresses)) == 1:
                told.conflicts[txid] = "one address pays everything"
            elif name == wasabi.WASABI_1 and txid in set(false):
                told.conflicts[txid] = "another list calls it false"
    return found


def after_mixes(shared):
    """Transactions that spend mixed coins, and those that are mixes or Tx0s in every property."""
    shapes = {}
    for place in AFTER:
        shapes |= read(shared, *place)
    conflicts = {}
    for txid, shape in shapes.items():
        if whirlpool.whirlpool(shape).level == FOUND:
            conflicts[txid] = "is a mix in every property"
        elif whirlpool.tx0(shape).level == FOUND:
            conflicts[txid] = "is a Tx0 in every property, data output and fee included"
    return Labelled(shapes, conflicts)


def alarms(shapes, level=FOUND):
    """What detectors say of transactions that should be none: id and protocol."""
    return [
        (shape.transaction, verdict.protocol)
        for shape in shapes
        for verdict in (detector(shape) for detector in DETECTORS)
        if verdict.level == level
    ]


def labelled(shared, _folder):
    """Yield (detector, right, wrong, missed) on what is left without conflicts."""
    told = with_conflicts(shared)
    detectors = {d.__name__.replace("_", "-"): d for d in DETECTORS}
    detectors[whirlpool.TX0] = whirlpool.tx0
    others = list(after_mixes(shared).kept.values())
    others += read(shared, LOOKALIKES, "OtherCoinJoins").values()
    for name, held in told.items():
        levels = [detectors[name](shape).level for shape in held.kept.values()]
        strange = [s for other, t in told.items() if other != name for s in t.kept.values()]
        wrong = sum(detectors[name](shape).level == FOUND for shape in [*others, *strange])
        yield name, levels.count(FOUND), wrong, len(levels) - levels.count(FOUND)
    wrong = sum(
        joinmarket.joinmarket(shape).level == FOUND
        for shape in [*others, *(s for t in told.values() for s in t.kept.values())]
    )
    yield joinmarket.JOINMARKET, 0, wrong, 0
    suspected = sum(joinmarket.equal_outputs(shape).level != NO for shape in others)
    yield f"{joinmarket.EQUAL_OUTPUTS} (suspected, never found)", 0, suspected, 0
