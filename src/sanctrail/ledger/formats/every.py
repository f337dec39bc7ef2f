"""All formats, in the order in which they are asked whether a file is theirs."""

from pathlib import Path

from sanctrail.errors import InputError
from sanctrail.ledger.formats import (
    aws_bitcoin,
    aws_ethereum,
    bitcoin_etl,
    blockchair,
    blocks,
    dumplings,
    esplora,
    ethereum_etl,
    etherscan,
    graphsense_eth,
    graphsense_tron,
    graphsense_utxo,
    tables,
)
from sanctrail.ledger.formats.source import Format, head_of

ALL: tuple[Format, ...] = (
    blocks.FORMAT,
    aws_bitcoin.FORMAT,
    bitcoin_etl.FORMAT,
    esplora.FORMAT,
    graphsense_utxo.FORMAT,
    dumplings.FORMAT,
    blockchair.FORMAT,
    ethereum_etl.FORMAT,
    aws_ethereum.FORMAT,
    etherscan.FORMAT,
    graphsense_eth.FORMAT,
    graphsense_tron.FORMAT,
    tables.LABELLED_FLOWS,
    tables.TRANSFERS,
)


def named(name: str) -> Format:
    """Return the format of a name."""
    for form in ALL:
        if form.name == name:
            return form
    names = ", ".join(form.name for form in ALL)
    raise InputError(f"There is no format '{name}'; this program reads {names}.")


def format_of(path: Path) -> Format:
    """Return the format of a file, told by its first bytes."""
    head = head_of(path)
    for form in ALL:
        if form.matches(head):
            return form
    names = ", ".join(form.name for form in ALL)
    raise InputError(
        f"{path.name}: of no format that this program knows ({names}). Give --format, or describe "
        "its columns in a --layout file; nothing was changed."
    )
