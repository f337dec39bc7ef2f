"""Bitcoin's own bytes: blocks, scripts, addresses, undo data, and which blocks are the chain."""
