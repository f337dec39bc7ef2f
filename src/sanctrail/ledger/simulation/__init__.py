"""A simulated heist inside background traffic, with its ground truth.

Everything here is invented: the exchange that is robbed, the services, the addresses (regtest
form, which no real coin can be sent to) and the asset. The thief's script is fixed and the
traffic around it seeded, so the same seed and size give the same chain, and what ends where is
known by construction.
"""

from sanctrail.ledger.simulation.simulate import (
    ASSET,
    AccountSimulation,
    Simulation,
    SimulationSummary,
    simulate_heist,
)

__all__ = ["ASSET", "AccountSimulation", "Simulation", "SimulationSummary", "simulate_heist"]
