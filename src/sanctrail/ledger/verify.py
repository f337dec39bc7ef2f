"""Holding a ledger against the rules that every chain keeps, and against its own digests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from sanctrail.ground.progress import Bar
from sanctrail.ledger.batches import UNKNOWN, UNSPENT
from sanctrail.ledger.columns import Column, run_sums, runs_of
from sanctrail.ledger.store import AccountLedger, UtxoLedger, verify_digests

STEP = 1 << 20
"""Transactions looked at in one pass."""

MANY = 20
"""Flaws of one kind that are told one by one."""

_SUBSIDY = 50 * 100_000_000
_HALVINGS = {"mainnet": 210_000, "testnet3": 210_000, "testnet4": 210_000, "signet": 210_000,
             "regtest": 150}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: how much was looked at, what breaks it, and what could not be looked at."""

    rule: str
    looked_at: int
    flaws: tuple[str, ...]
    left_out: int = 0

    @property
    def holds(self) -> bool:
        """Tell whether nothing breaks the rule."""
        return not self.flaws


def verify(ledger: AccountLedger | UtxoLedger) -> list[Check]:
    """Return every rule with what breaks it."""
    damaged = verify_digests(ledger)
    files = Check("files as written", len(ledger.manifest["tables"]), tuple(damaged))
    if damaged:
        return [files]
    rules = _utxo_rules(ledger) if isinstance(ledger, UtxoLedger) else _account_rules(ledger)
    return [files, *rules]


def _utxo_rules(ledger: UtxoLedger) -> Iterator[Check]:
    yield _spent_once(ledger)
    yield _in_order(ledger)
    index = _Index(ledger.columns, "owners", ("address_starts", "address_outputs"))
    yield index.check("each output in its address's list", len(ledger.columns["address_order"]))
    sums = _Sums(ledger)
    sums.run()
    yield Check("outputs no more than inputs", sums.looked_at, tuple(sums.overpaid), sums.left_out)
    yield _supply(ledger, sums)


def _spent_once(ledger: UtxoLedger) -> Check:
    """Every input spends another output, and each output knows its spender."""
    inputs = ledger.columns["inputs"]
    spent = ledger.spent_by
    times = np.bincount(inputs, minlength=len(spent)) if len(inputs) else np.zeros(len(spent))
    flaws = [
        f"{_outpoint(ledger, output)} is spent {int(times[output])} times"
        for output in np.flatnonzero(times > 1)[:MANY].tolist()
    ]
    wrong = np.flatnonzero((times == 1) != (spent != UNSPENT))[:MANY]
    flaws += [f"{_outpoint(ledger, o)} and its spender disagree" for o in wrong.tolist()]
    return Check("no output spent twice", len(inputs), tuple(flaws))


def _in_order(ledger: UtxoLedger) -> Check:
    """No output is spent before it is made."""
    starts = ledger.columns["first_output"]
    flaws: list[str] = []
    total = len(starts) - 1
    for first in range(0, total, STEP):
        last = min(first + STEP, total)
        counts = np.diff(starts[first : last + 1])
        makers = np.repeat(np.arange(first, last), counts)
        spender = ledger.spent_by[int(starts[first]) : int(starts[last])]
        early = np.flatnonzero((spender != UNSPENT) & (spender <= makers))[:MANY]
        flaws.extend(
            f"{_outpoint(ledger, int(starts[first]) + at)} is spent before it is made"
            for at in early.tolist()
        )
    return Check("spent after made", int(starts[-1]), tuple(flaws[:MANY]))


class _Sums:
    """What every transaction takes in and pays out, and what each block may newly make."""

    def __init__(self, ledger: UtxoLedger) -> None:
        self._ledger = ledger
        self.overpaid: list[str] = []
        self.looked_at = 0
        self.left_out = 0
        self.made = 0
        self.fees = 0

    def run(self) -> None:
        """Look at every transaction."""
        total = len(self._ledger.columns["first_output"]) - 1
        with Bar("verifying", total) as bar:
            for first in range(self._ledger.outside, total, STEP):
                self._pass(first, min(first + STEP, total))
                bar.reached(first)

    def _pass(self, first: int, last: int) -> None:
        columns = self._ledger.columns
        outs = columns["first_output"][first : last + 1].astype(np.int64)
        ins = columns["first_input"][first : last + 1].astype(np.int64)
        held = self._ledger.values[columns["inputs"][ins[0] : ins[-1]]]
        paid = self._ledger.values[outs[0] : outs[-1]]
        of_ins, of_outs = ins - ins[0], outs - outs[0]
        unknown = run_sums(held == UNKNOWN, of_ins) + run_sums(paid == UNKNOWN, of_outs) > 0
        inputs, outputs = run_sums(held, of_ins), run_sums(paid, of_outs)
        coinbase = np.diff(ins) == 0
        spending = ~coinbase & ~unknown
        over = np.flatnonzero(spending & (outputs > inputs))
        for at in over[: MANY - len(self.overpaid)].tolist():
            self.overpaid.append(
                f"transaction {self._ledger.transaction(first + at)} pays {outputs[at]} out of "
                f"{inputs[at]}"
            )
        self.looked_at += int(spending.sum())
        self.left_out += int((~coinbase & unknown).sum())
        self.made += int(outputs[coinbase].sum())
        self.fees += int((inputs - outputs)[spending].sum())


def _supply(ledger: UtxoLedger, sums: _Sums) -> Check:
    """Hold new coins against subsidies and fees, where the network's subsidy is known."""
    rule = "new coins no more than subsidy and fees"
    heights = np.unique(ledger.columns["block_height"])
    heights = heights[heights != UNKNOWN]
    interval = _HALVINGS.get(str(ledger.manifest.get("network") or ""))
    partial = "blocks" in ledger.manifest["gaps"]
    if interval is None or partial or sums.left_out or not len(heights):
        return Check(rule, 0, (), len(heights))
    allowed = sum(_SUBSIDY >> int(era) for era in (heights // interval).tolist() if era < 64)  # noqa: PLR2004
    flaw = f"{sums.made} were made, where {allowed} and fees of {sums.fees} are allowed"
    broken = sums.made > allowed + sums.fees
    return Check(rule, len(heights), (flaw,) if broken else ())


def _account_rules(ledger: AccountLedger) -> Iterator[Check]:
    blocks, times = ledger.blocks, ledger.times
    known = np.flatnonzero((blocks[1:] != UNKNOWN) & (blocks[:-1] != UNKNOWN))
    back = known[(blocks[1:] < blocks[:-1])[known]][:MANY]
    flaws = [f"movement {row + 1} stands behind one of a later block" for row in back.tolist()]
    yield Check("movements in the order of blocks", len(times), tuple(flaws))
    index = _Index(ledger.columns, "transactions", ("transaction_starts", "transaction_places"))
    groups = len(ledger.columns["transaction_order"])
    yield index.check("each movement in its transaction's list", groups)
    wide = len(ledger.table("wide"))
    yield Check("amounts that can be reckoned with", len(times) - wide, (), wide)


class _Index:
    """An index, held against the column that it is of.

    Where every row that it holds is of its group, rows rise within a group, and they are as many
    as the column has numbers, each row stands once and where it belongs.
    """

    def __init__(self, columns: Mapping[str, Column], column: str, names: tuple[str, str]) -> None:
        self._column = columns[column]
        self._starts, self._rows = (columns[name] for name in names)
        self._names = names

    def check(self, rule: str, groups: int) -> Check:
        """Return the check of one rule, for a column of numbers below `groups`."""
        flaws = [*self._misshapen(groups)] or [*islice(self._misplaced(), MANY)]
        return Check(rule, len(self._column), tuple(flaws))

    def _misshapen(self, groups: int) -> Iterator[str]:
        starts, rows = self._starts, self._rows
        if len(starts) != groups + 1:
            yield f"{self._names[0]} tells of {len(starts) - 1} groups, where there are {groups}"
        elif starts[0] != 0 or starts[-1] != len(rows) or _falls(starts):
            yield f"{self._names[0]} does not part {self._names[1]} into groups"
        steps = range(0, len(self._column), STEP)
        known = sum(int(np.count_nonzero(self._column[n : n + STEP] >= 0)) for n in steps)
        if len(rows) != known:
            yield f"{self._names[1]} has {len(rows)} rows, where {known} belong to a group"

    def _misplaced(self) -> Iterator[str]:
        total = len(self._rows)
        with Bar("verifying", total) as bar:
            for first in range(0, total, STEP):
                yield from self._pass(first, min(first + STEP, total))
                bar.reached(first)

    def _pass(self, first: int, last: int) -> Iterator[str]:
        begin = max(first - 1, 0)  # the first row is held against the one before it
        rows = self._rows[begin:last].astype(np.int64)
        groups = runs_of(self._starts, begin, last)
        wrong = (rows < 0) | (rows >= len(self._column))
        wrong |= self._column.take(rows, mode="clip") != groups
        wrong[1:] |= (rows[1:] <= rows[:-1]) & (groups[1:] == groups[:-1])
        for at in (np.flatnonzero(wrong[first - begin :]) + first - begin)[:MANY].tolist():
            yield (
                f"{self._names[1]} has {rows[at]} at place {begin + at}: not of group "
                f"{groups[at]}, or out of order"
            )


def _falls(column: Column) -> bool:
    """Tell whether a column falls anywhere."""
    pieces = (column[first : first + STEP + 1] for first in range(0, len(column), STEP))
    return any(bool(np.any(piece[1:] < piece[:-1])) for piece in pieces)


def _outpoint(ledger: UtxoLedger, output: int) -> str:
    return f"{ledger.transaction(ledger.maker(output))}:{ledger.place(output)}"
