"""The case of a simulation: sources, stops, labels, incident, and the truth to hold a trace to."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from sanctrail.ground.store import replace_file, write_json
from sanctrail.ledger.batches import Asset
from sanctrail.ledger.simulation.heist import EXCHANGES, VICTIM, Heist
from sanctrail.ledger.simulation.traffic import DECOY, DEPOSIT
from sanctrail.ledger.simulation.world import World


def write_case(folder: Path, world: World, heist: Heist, asset: Asset) -> None:
    """Write the case's files; each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    books = heist.books
    replace_file(folder / "sources.csv", f"entry\n{heist.theft}:0\n".encode())
    rows = "".join(f"{entry},{label},{category}\n" for entry, label, category in books.labels)
    replace_file(folder / "stops.csv", f"entry,label,category\n{rows}".encode())
    hot = [(world.address(world.hot(n)), name) for n, name in enumerate(EXCHANGES)]
    rows = "".join(f"{address},{name} (invented),exchange\n" for address, name in hot)
    replace_file(folder / "hot-wallets.csv", f"entry,label,category\n{rows}".encode())
    replace_file(folder / "deposits.csv", _deposits(world).encode())
    replace_file(folder / "incident.toml", _incident(world.seed).encode())
    truth: dict[str, Any] = {
        "simulation": True,
        "seed": world.seed,
        "rule": "fifo",
        "asset": asset.code,
        "theft": f"{heist.theft}:0",
        "stolen": str(heist.stolen),
        "arrived": {address: str(amount) for address, amount in sorted(books.arrived.items())},
        "dormant": {outpoint: str(amount) for outpoint, amount in sorted(books.dormant.items())},
        "stopped": {txid: str(amount) for txid, amount in sorted(books.stopped.items())},
        "fees": str(books.fees),
    }
    write_json(folder / "truth.json", truth)


def _deposits(world: World) -> str:
    """Return every deposit address that was used, and every decoy: what they are in truth."""
    lines = ["address,service,what"]
    used = [DEPOSIT + int(n) for n in np.flatnonzero(world.used_deposits)]
    for number in [*used, *world.script_deposits]:
        name = EXCHANGES[(number - DEPOSIT) % len(EXCHANGES)]
        lines.append(f"{world.address(number)},{name} (invented),deposit")
    lines += [f"{world.address(DECOY + int(n))},,decoy" for n in np.flatnonzero(world.used_decoys)]
    return "\n".join(lines) + "\n"


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
