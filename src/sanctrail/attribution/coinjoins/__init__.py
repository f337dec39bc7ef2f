"""CoinJoins: transactions in which several people's coins go in together, told by their shape."""
