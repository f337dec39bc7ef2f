"""`bitcoin-blocks`: block files of nodes (`blk*.dat`), bare blocks, with undo data beside them."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sanctrail.errors import InputError, UnreadableFile
from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.bitcoin.companions import (
    Companion,
    companion_of,
    is_companion,
    stands_beside_a_block,
)
from sanctrail.ledger.bitcoin.files import BlockFile, frames, key_of, read_file, under_key
from sanctrail.ledger.bitcoin.headers import Chain, Found, chosen_chain
from sanctrail.ledger.bitcoin.networks import BY_MAGIC, BY_NAME, MAINNET, Network, named
from sanctrail.ledger.bitcoin.parsing import (
    HEADER,
    INPUTS,
    OUTPUTS,
    Block,
    Bytes,
    height_of,
    parse_block,
    read_header,
    target_of,
)
from sanctrail.ledger.bitcoin.scripts import addresses_of
from sanctrail.ledger.formats.source import Format, Head, Source

ROWS = 50_000
"""Transactions after which a batch is handed over."""

_HELD = 3
"""Files whose bytes are held at a time; nodes write blocks nearly in order."""

_FIRST_TIME = 1_231_006_505
_BLOCK_SECONDS = 571
"""Seconds between mainnet's blocks, on average from 2009 to 2025."""

_YEAR = 31_557_600
_REGTEST = BY_NAME["regtest"]


@dataclass(slots=True)
class _Files:
    """The bytes of block files, a few of them held at a time."""

    paths: Sequence[Path]
    held: "OrderedDict[int, BlockFile]" = field(default_factory=OrderedDict)

    def open(self, number: int) -> BlockFile:
        """Return a file."""
        if number not in self.held:
            self.held[number] = read_file(self.paths[number])
            if len(self.held) > _HELD:
                self.held.popitem(last=False)
        self.held.move_to_end(number)
        return self.held[number]


def read(source: Source) -> Iterator[UtxoBatch]:
    """Yield the transactions of the chain in the order of its blocks."""
    files = _Files([path for path in source.files if not is_companion(path)])
    if not files.paths:
        raise InputError(
            "Undo files alone hold no blocks. Give the block files beside them too; nothing was "
            "changed."
        )
    found = [one for number in range(len(files.paths)) for one in _index(files, number, source)]
    if not found:
        return
    network = _network(source, found)
    chain = chosen_chain(found, _known(source, network))
    _tell(source, chain, files)
    ordered = [(height, chain.blocks[height]) for height in sorted(chain.blocks)]
    companions = _companions(source, files, [*(one for _, one in ordered), *chain.stale])
    held = _Gathered(network)
    for height, one in ordered:
        name = files.paths[one.file].name
        piece = files.open(one.file).take(one.start, one.end)
        block = parse_block(piece, 0, len(piece), f"{name}, from byte {one.start:,}")
        spent = companions[one.file].spent(one, block) if one.file in companions else None
        held.add(height, one, block, spent)
        source.counted(name, len(block.txids))
        if held.rows >= ROWS:
            yield held.batch()
            held = _Gathered(network)
    if held.rows:
        yield held.batch()


def _index(files: _Files, number: int, source: Source) -> Iterator[Found]:
    """Yield the headers of a file's blocks, and check the work they claim."""
    file = files.open(number)
    network = file.network()
    if network is not None:
        _agree(source, network, file.name)
        places = frames(file, network)
    else:
        places = iter([(0, len(file))])
    for start, end in places:
        head = file.take(start, min(end, start + HEADER + 256)).tobytes()
        header = read_header(head[:HEADER])
        easiest = target_of(network.easiest) if network is not None else 1 << 255
        if end - start <= HEADER or not header.meets_target or header.target > easiest:
            raise UnreadableFile(
                f"{file.name}, block at byte {start:,}: its hash does not show the work that its "
                "network asks for. The file is damaged or no block file; fetch it again. Nothing "
                "was changed."
            )
        script = _first_script(head[HEADER:])
        yield Found(header, number, start, end, height_of(header.version, script))


def _first_script(data: bytes) -> bytes:
    """Return the script of a block's first input, empty where it is not within these bytes."""
    at = {0xFD: 3, 0xFE: 5, 0xFF: 9}.get(data[0], 1) + 4
    at += 2 if data[at : at + 1] == b"\0" else 0
    at += 1 + 36
    size = data[at] if at < len(data) else 0
    return data[at + 1 : at + 1 + size]


def _agree(source: Source, network: Network, name: str) -> None:
    told = source.options.setdefault("network", network.name)
    if told != network.name:
        raise InputError(
            f"{name}: holds blocks of {network.name}, where {told} was told before. Import each "
            "network into a ledger of its own; nothing was changed."
        )


def _network(source: Source, found: Sequence[Found]) -> Network:
    """Return the network: told by the files' frames or the user, else mainnet if times agree."""
    told = source.options.get("network")
    if told is not None:
        return named(told)
    if all(one.header.bits == _REGTEST.easiest for one in found):
        source.options["network"] = _REGTEST.name
        return _REGTEST
    for one in found:
        height = one.told_height
        expected = _FIRST_TIME + _BLOCK_SECONDS * (height or 0)
        if height is not None and abs(one.header.time - expected) > _YEAR:
            raise InputError(
                f"Block {height:,} says a time that mainnet's block of that height has not. "
                f"Give --network, one of {', '.join(BY_NAME)}; nothing was changed."
            )
    source.options["network"] = MAINNET.name
    return MAINNET


def _known(source: Source, network: Network) -> dict[bytes, int]:
    known = {bytes.fromhex(network.genesis)[::-1]: 0}
    told: dict[str, int] = source.options.get("known", {})
    known.update({bytes.fromhex(text)[::-1]: height for text, height in told.items()})
    return known


def _tell(source: Source, chain: Chain, files: _Files) -> None:
    """Say what is left out and what is not covered; place a lone block where the user says."""
    _place_by_hand(source, chain)
    for one in chain.without_height:
        source.told.problem(
            files.paths[one.file].name,
            f"block {one.header.hash[::-1].hex()}",
            "its height cannot be told: the blocks before it are missing and it does not say it. "
            "Import it alone with --height, or with the blocks before it",
        )
    if chain.stale:
        source.told.limit(
            f"{len(chain.stale):,} blocks of other branches were left out: they are not of the "
            "chain with the most work."
        )
    heights = sorted(chain.blocks)
    if heights and heights != list(range(heights[-1] + 1)):
        source.told.lacks("unspent")


def _place_by_hand(source: Source, chain: Chain) -> None:
    """Place the one block whose height cannot be told where the user says."""
    height = source.options.get("height")
    if height is None:
        return
    if len(chain.without_height) == 1:
        chain.blocks.setdefault(height, chain.without_height.pop())
    elif list(chain.blocks) != [height]:
        told = ", ".join(map(str, sorted(chain.blocks)[:5]))
        raise InputError(
            f"--height {height} is for one block that does not tell its height itself; here are "
            f"blocks {told}. Leave it out; nothing was changed."
        )


def _companions(source: Source, files: _Files, blocks: Sequence[Found]) -> dict[int, Companion]:
    """Return the undo file of each block file that has one."""
    found = {}
    given = {path.name: path for path in source.files if is_companion(path)}
    for number, path in enumerate(files.paths):
        beside = companion_of(path)
        if beside is not None and beside.name in given:
            mine = [one for one in blocks if one.file == number]
            found[number] = Companion(given[beside.name], mine, source.told)
    return found


class _Gathered:
    """Blocks on their way into a batch."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._parts: list[dict[str, Any]] = []
        self._hashes: list[tuple[int, str]] = []
        self.rows = 0

    def add(self, height: int, found: Found, block: Block, spent: Any) -> None:
        """Add a block; `spent` is what its inputs spent, or None."""
        count = len(block.txids)
        inputs = block.transactions[:, INPUTS].copy()
        inputs[0] = 0  # the coinbase spends nothing
        points = block.spent[1:]
        at = points[:, 0][:, None] + np.arange(31, -1, -1)
        self._parts.append(
            {
                "txids": _turned(block.txids),
                "blocks": np.full(count, height, np.int64),
                "places": np.arange(count, dtype=np.int64),
                "times": np.full(count, found.header.time, np.int64),
                "output_counts": block.transactions[:, OUTPUTS],
                "input_counts": inputs,
                "values": block.outputs[:, 0],
                "addresses": self._addresses(
                    block.data, block.outputs[:, 1].copy(), block.outputs[:, 2].copy()
                ),
                "spent_txids": block.data[at],
                "spent_places": points[:, 1],
                **self._spent(len(points), spent),
            }
        )
        self._hashes.append((height, found.header.hash[::-1].hex()))
        self.rows += count

    def _addresses(self, data: Bytes, starts: Any, lengths: Any) -> pa.Array:
        return addresses_of(data, starts, lengths, self._network)

    def _spent(self, count: int, spent: Any) -> dict[str, Any]:
        if spent is None:
            return {
                "spent_values": np.full(count, UNKNOWN, np.int64),
                "spent_addresses": pa.nulls(count, pa.string()),
            }
        lengths = np.array([len(script) for _, script in spent], np.int64)
        data = np.frombuffer(b"".join(script for _, script in spent) + b"\0", np.uint8)
        return {
            "spent_values": np.array([value for value, _ in spent], np.int64),
            "spent_addresses": self._addresses(data, np.cumsum(lengths) - lengths, lengths),
        }

    def batch(self) -> UtxoBatch:
        """Return what was gathered."""
        names = self._parts[0].keys()
        columns = {name: _joined([part[name] for part in self._parts]) for name in names}
        return UtxoBatch(**columns, hashes=self._hashes)


def _joined(parts: list[Any]) -> Any:
    return pa.concat_arrays(parts) if isinstance(parts[0], pa.Array) else np.concatenate(parts)


def _turned(ids: list[bytes]) -> Bytes:
    """Return ids of the file's order as explorers print them."""
    return np.frombuffer(b"".join(ids), np.uint8).reshape(-1, 32)[:, ::-1]


def matches(head: Head) -> bool:
    """Tell block files by their network's mark or by a header that shows its work."""
    if is_companion(head.path):
        return stands_beside_a_block(head.path)
    data = head.data
    if data[:4] in BY_MAGIC:
        return True
    key = key_of(head.path)
    if key and under_key(np.frombuffer(data[:4], np.uint8), key).tobytes() in BY_MAGIC:
        return True
    if len(data) <= HEADER:
        return False
    header = read_header(data[:HEADER])
    sure = header.target < 1 << 225 or header.bits == _REGTEST.easiest
    return header.meets_target and sure and header.time >= _FIRST_TIME


def with_companions(paths: Sequence[Path]) -> list[Path]:
    """Return block files with the undo files that lie beside them."""
    beside = [companion_of(path) for path in paths if not is_companion(path)]
    return [*paths, *(path for path in beside if path is not None and path not in paths)]


FORMAT = Format(
    "bitcoin-blocks",
    "utxo",
    "Bitcoin Core blk*.dat (also under xor.dat), bare blocks, with rev*.dat or undo beside them",
    matches,
    read,
    together=True,
    gathered=with_companions,
)
