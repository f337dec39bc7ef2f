"""Which accounts of a ledger are a service's by their labels, and which only behave like one.

What behaves like a service is suspected and told so; it is never labelled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sanctrail.attribution.chains import EVM, fits
from sanctrail.attribution.formats.source import Actor
from sanctrail.attribution.labels import Label
from sanctrail.attribution.owners import kind_with, owner_of, same_owner
from sanctrail.ground.engine import DuckEngine
from sanctrail.ledger.batches import FEE, KIND_CODES
from sanctrail.ledger.store import AccountLedger, Ledger

CUSTODIANS = frozenset({"exchange", "payment processor", "wallet service", "gambling"})
"""Services that give customers addresses of their own. A protocol's contract, a market of tokens or
a bridge does not: who pays into those is a user, and would be taken for its deposit address."""

_DEPOSIT_WORD = "deposit"


@dataclass(frozen=True, slots=True)
class Service:
    """A service that labels name: its name, its kind, and whose word it is."""

    name: str
    kind: str
    label: Label


@dataclass(frozen=True, slots=True)
class Wallets:
    """The labelled wallets of services in a ledger, by account, and what could not be used."""

    of: Mapping[int, Service]
    disputed: tuple[str, ...]
    labelled: frozenset[int]
    """Accounts with any label at all."""


def wallets_in(
    ledger: Ledger, labels: Iterable[Label], actors: Mapping[str, Actor] | None = None
) -> Wallets:
    """Return the wallets of custodians among a ledger's accounts, by what their labels say.

    What a rule derived does not count, so that nothing is inferred from its own answer. An address
    that labels give to two owners is used for neither, and told. Labels of deposit addresses are
    not of wallets; labels of a chain with other addresses do not count.
    """
    known = actors or {}
    families = families_of(ledger)
    usable = [label for label in labels if not label.rule and fits(label.chain, families)]
    ids = ledger.ids_of(sorted({label.entry for label in usable}))
    by_account: dict[int, list[Label]] = {}
    for label in usable:
        if label.entry in ids:
            by_account.setdefault(ids[label.entry], []).append(label)
    groups: list[tuple[frozenset[str], str]] = []
    of: dict[int, Service] = {}
    disputed = []
    for account, held in sorted(by_account.items()):
        mine = [x for x in held if _is_wallet(x, known)]
        owners = [owner_of(label, known) for label in mine]
        if any(not same_owner(owners[0], other) for other in owners[1:]):
            disputed.append(ledger.address(account))
        elif mine:
            name = _grouped(owners[0], _name(mine[0], known), groups)
            of[account] = Service(name, kind_with(mine[0], known), mine[0])
    return Wallets(of, tuple(disputed), frozenset(by_account))


def _grouped(owner: frozenset[str], name: str, groups: list[tuple[frozenset[str], str]]) -> str:
    """Return the name of the service that an owner is, by the first wallet of it that was named.

    Stricter than for conflicts: all words of the one must be words of the other.
    """
    for held, known in groups:
        if known == name or (owner and held and (owner <= held or held <= owner)):
            return known
    groups.append((owner, name))
    return name


def families_of(ledger: Ledger) -> frozenset[str]:
    """Return the forms of addresses that a ledger can hold: all where its labels may be of any."""
    return frozenset({EVM, "tron"}) if isinstance(ledger, AccountLedger) else frozenset()


def _is_wallet(label: Label, actors: Mapping[str, Actor]) -> bool:
    said = label.label.lower()
    return kind_with(label, actors) in CUSTODIANS and _DEPOSIT_WORD not in said


def _name(label: Label, actors: Mapping[str, Actor]) -> str:
    if label.actor in actors:
        return actors[label.actor].label
    return label.actor or label.label


@dataclass(frozen=True, slots=True)
class Suspected:
    """An account that behaves like a service: with how many it dealt, and how often."""

    address: str
    senders: int
    receivers: int
    came_in: int
    went_out: int


@dataclass(frozen=True, slots=True)
class Busy:
    """From how many different accounts, and to how many, money must go to be suspected."""

    senders: int = 50
    receivers: int = 50


_SQL = """
WITH came AS (SELECT receiver AS account, count(DISTINCT sender) AS senders, count(*) AS came_in
              FROM moves WHERE receiver >= 0 AND sender >= 0 GROUP BY receiver),
     went AS (SELECT sender AS account, count(DISTINCT receiver) AS receivers, count(*) AS went_out
              FROM moves WHERE sender >= 0 AND receiver >= 0 GROUP BY sender)
SELECT account, senders, receivers, came_in, went_out FROM came JOIN went USING (account)
WHERE senders >= ? AND receivers >= ? ORDER BY senders + receivers DESC, account
"""


def suspected(
    ledger: AccountLedger, labelled: Iterable[int], busy: Busy | None = None
) -> list[Suspected]:
    """Return the accounts without a label that behave like services, the busiest first."""
    limits = busy or Busy()
    moving = np.asarray(ledger.columns["kinds"]) != KIND_CODES.index(FEE)
    moves = pa.table({"sender": ledger.senders[moving], "receiver": ledger.receivers[moving]})
    with DuckEngine() as engine:
        engine.register("moves", moves)
        rows = engine.fetch(_SQL, [limits.senders, limits.receivers])
    named = set(labelled)
    return [
        Suspected(
            ledger.address(row["account"]), row["senders"], row["receivers"], row["came_in"],
            row["went_out"],
        )
        for row in rows
        if row["account"] not in named
    ]  # fmt: skip
