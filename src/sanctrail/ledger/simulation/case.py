"""The case of a simulation: sources, stops, labels, incident, and the truth to hold a trace to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sanctrail.ground.store import replace_file, write_json
from sanctrail.ledger.batches import Asset
from sanctrail.ledger.simulation.account_heist import AccountHeist
from sanctrail.ledger.simulation.accounts import AccountWorld
from sanctrail.ledger.simulation.heist import EXCHANGES, VICTIM, Books, Heist
from sanctrail.ledger.simulation.traffic import DECOY, DEPOSIT
from sanctrail.ledger.simulation.world import World


def write_case(folder: Path, world: World, heist: Heist, asset: Asset) -> None:
    """Write a UTXO case's files; each whole or not at all."""
    rows = _deposits(world)
    theft = f"{heist.theft}:0"
    _write(folder, Case(world, heist.books, theft, heist.stolen, asset, "fifo"), theft, rows)


def write_account_case(
    folder: Path, world: AccountWorld, heist: AccountHeist, asset: Asset
) -> None:
    """Write an account case's files: all that leaves the thief's first account is stolen."""
    rows = [
        (world.address(number), _invented(EXCHANGES[exchange]) if of else "", what)
        for number, what, exchange in world.truth()
        for of in [what.startswith("deposit")]
    ]
    case = Case(world, heist.books, heist.theft, heist.stolen, asset, "fifo")
    _write(folder, case, world.address(world.named("thief")), rows)


@dataclass(frozen=True, slots=True)
class Case:
    """What a script did, and by which rule its books were kept."""

    world: World | AccountWorld
    books: Books
    theft: str
    stolen: int
    asset: Asset
    rule: str


def _write(folder: Path, case: Case, source: str, deposits: Sequence[tuple[str, str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    books, world = case.books, case.world
    replace_file(folder / "sources.csv", f"entry\n{source}\n".encode())
    _write_rows(folder / "stops.csv", "entry,label,category", books.labels)
    hot = [
        (world.address(world.hot(n)), _invented(name), "exchange")
        for n, name in enumerate(EXCHANGES)
    ]
    _write_rows(folder / "hot-wallets.csv", "entry,label,category", hot)
    _write_rows(folder / "deposits.csv", "address,service,what", deposits)
    replace_file(folder / "incident.toml", _incident(world.seed).encode())
    truth: dict[str, Any] = {
        "simulation": True,
        "seed": world.seed,
        "rule": case.rule,
        "asset": case.asset.code,
        "theft": case.theft,
        "stolen": str(case.stolen),
        "arrived": _sorted(books.arrived),
        "dormant": _sorted(books.dormant),
        "stopped": _sorted(books.stopped),
        "fees": str(books.fees),
    }
    write_json(folder / "truth.json", truth)


def _sorted(amounts: Mapping[str, int]) -> dict[str, str]:
    return {name: str(amount) for name, amount in sorted(amounts.items())}


def _write_rows(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    lines = [header, *(",".join(row) for row in rows)]
    replace_file(path, ("\n".join(lines) + "\n").encode())


def _invented(name: str) -> str:
    return f"{name} (invented)"


def _deposits(world: World) -> list[tuple[str, str, str]]:
    """Return every deposit address that was used, and every decoy: what they are in truth."""
    used = [DEPOSIT + int(n) for n in np.flatnonzero(world.used_deposits)]
    rows = [
        (world.address(n), _invented(EXCHANGES[(n - DEPOSIT) % len(EXCHANGES)]), "deposit")
        for n in [*used, *world.script_deposits]
    ]
    decoys = (DECOY + int(n) for n in np.flatnonzero(world.used_decoys))
    return rows + [(world.address(n), "", "decoy") for n in decoys]


def _incident(seed: int) -> str:
    summary = json.dumps(
        f"A simulated theft (seed {seed}) from the invented {VICTIM}: one transaction empties part "
        "of its wallet; the coins are split, peeled, merged, joined, mixed and deposited at three "
        "invented exchanges."
    )
    return f"""[incident]
incident_id = "simulated-heist-{seed}"
title = "SIMULATION: the robbery of {VICTIM} (invented)"
date = "2023-11-17"
victim = "{VICTIM} (invented)"
summary = {summary}

[[claims]]
statement = "The coins were taken by the thief whom this simulation plays."
said_by = "the simulation's author"
level = "simulation"
confidence = "planted"
source = "ground truth of the simulation (truth.json)"
"""
