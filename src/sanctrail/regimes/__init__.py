"""The monitor's questions across regimes: gaps, lags, programmes, ownership, measures."""
