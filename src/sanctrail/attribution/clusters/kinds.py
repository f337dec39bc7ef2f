"""The type of every address of a ledger, by its form: one question to the engine."""

import numpy as np
import numpy.typing as npt

from sanctrail.ground.engine import Engine
from sanctrail.ledger.store import UtxoLedger

NO_ADDRESS = 0
"""A script without an address (`script:`), one of several keys (`multisig:`), or data: no one
hand is known to own what lies there."""

TYPES = ("none", "p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr", "other")

_SQL = r"""
SELECT CAST(CASE
  WHEN address LIKE '%:%' OR address = 'op_return' OR address = '' THEN 0
  WHEN address LIKE '1%' OR address LIKE 'm%' OR address LIKE 'n%' OR address LIKE 'L%' THEN 1
  WHEN address LIKE '3%' OR address LIKE '2%' OR address LIKE 'M%' THEN 2
  WHEN regexp_matches(address, '^(bc|tb|bcrt|ltc)1q[a-z0-9]{38}$') THEN 3
  WHEN regexp_matches(address, '^(bc|tb|bcrt|ltc)1q[a-z0-9]{58}$') THEN 4
  WHEN regexp_matches(address, '^(bc|tb|bcrt|ltc)1p[a-z0-9]{58}$') THEN 5
  ELSE 6 END AS TINYINT) AS kind
FROM addresses
"""


def kinds_of(ledger: UtxoLedger, engine: Engine) -> npt.NDArray[np.int8]:
    """Return the place in `TYPES` of every address: (n,) by its number."""
    engine.register("addresses", [ledger.folder / "addresses.parquet"])
    kinds = engine.run(_SQL)["kind"].to_numpy()
    engine.drop("addresses")
    return np.ascontiguousarray(kinds, np.int8)
