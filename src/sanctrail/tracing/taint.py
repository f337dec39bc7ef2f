"""The files of a pass over a whole chain: taint.json, and where every stolen unit lies."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail import __version__
from sanctrail.errors import TraceError
from sanctrail.ground.store import replace_file, write_json
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.tracing.document import parameters_of
from sanctrail.tracing.flows import outpoints_of
from sanctrail.tracing.places import LOWEST
from sanctrail.tracing.places import METHODS as ALL_METHODS
from sanctrail.tracing.request import Request
from sanctrail.tracing.run import resolve
from sanctrail.tracing.whole import METHODS, Whole, whole_chain

FORMAT = "sanctrail-taint/1"
_EVERY = tuple(method for method in ALL_METHODS if method != ALL_METHODS[LOWEST])
"""What `--method all` means on a UTXO ledger; a pass takes those of them that it knows."""


def write_taint(
    output: Path, ledger: AccountLedger | UtxoLedger, request: Request
) -> dict[str, Any]:
    """Read a whole chain by every method of a request, write both files, return the document."""
    resolved, notes = resolve(ledger, request)
    if not isinstance(ledger, UtxoLedger):
        raise TraceError(
            "--whole-chain reads the outputs of a UTXO ledger; this one has accounts. Leave the "
            "option out, and the trail is followed."
        )
    methods = METHODS if resolved.methods == _EVERY else resolved.methods
    found = [whole for method in methods for whole in whole_chain(ledger, resolved, method)]
    asset = ledger.assets[0]
    document = {
        "format": FORMAT,
        "versions": {"sanctrail": __version__},
        "ledger": {
            key: ledger.manifest[key] for key in ("digest", "simulation", "coverage", "limits")
        },
        "parameters": parameters_of(resolved),
        "asset": asset.code,
        "unit": asset.unit,
        "decimals": asset.decimals,
        "notes": [
            *notes,
            "A pass tells of no suspected services and of no CoinJoins gone through.",
        ],
        "results": [_told(whole) for whole in found],
    }
    file = io.BytesIO()
    pq.write_table(_lying(ledger, found), file, compression="zstd")
    try:
        output.mkdir(parents=True, exist_ok=True)
        replace_file(output / "taint.parquet", file.getvalue())
        write_json(output / "taint.json", document)
    except OSError as error:
        raise TraceError(
            f"{output}: the files cannot be written there ({error.strerror}). Choose another "
            "--output folder."
        ) from error
    return document


def _told(whole: Whole) -> dict[str, Any]:
    ends: dict[str, Mapping[Any, int]] = {
        "arrived": whole.arrived,
        "returned": whole.returned,
        "stopped": whole.stopped,
    }
    return {
        "theft": whole.theft,
        "method": whole.method,
        "stolen": str(whole.stolen),
        "fees": str(whole.fees),
        "dormant": str(whole.dormant),
        **{name: str(sum(end.values())) for name, end in ends.items()},
        "arrived_at": {name: str(amount) for name, amount in sorted(whole.arrived.items())},
    }


def _lying(ledger: UtxoLedger, found: list[Whole]) -> pa.Table:
    """Return a row for every output and theft: where stolen units lie, and how many."""
    outputs = np.concatenate([whole.lying["output"] for whole in found])
    counts = [len(whole.lying) for whole in found]
    return pa.table(
        {
            "output": outpoints_of(ledger, outputs),
            "address": ledger.addresses_of(ledger.owners[outputs]),
            "amount": np.concatenate([whole.lying["amount"] for whole in found]),
            "value": np.asarray(ledger.values[outputs], np.int64),
            "theft": np.repeat([whole.theft for whole in found], counts),
            "method": np.repeat([whole.method for whole in found], counts),
        }
    )
