"""Batches written as the files in which chains come, for tests and benchmarks of the readers."""

import hashlib
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.ledger.batches import UNKNOWN


def hex_texts(ids):
    """Ids (n, w) of bytes as an Arrow array of hexadecimal texts."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    raw = np.ascontiguousarray(ids)
    text = np.empty((len(raw), raw.shape[1] * 2), np.uint8)
    text[:, 0::2], text[:, 1::2] = digits[raw >> 4], digits[raw & 15]
    offsets = np.arange(len(raw) + 1, dtype=np.int64) * text.shape[1]
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text.tobytes())]
    return pa.LargeStringArray.from_buffers(len(raw), *buffers[1:]).cast(pa.string())


def _offsets(counts):
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _lists(counts, columns):
    entries = pa.StructArray.from_arrays(list(columns.values()), list(columns))
    return pa.ListArray.from_arrays(pa.array(_offsets(counts)), entries)


def _btc(values):
    return pa.array(values / 1e8, mask=values == UNKNOWN)


def _inside(counts):
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def aws_table(batch):
    """A batch in the columns of AWS's public Bitcoin transactions."""
    rows, outs, ins = len(batch), len(batch.values), len(batch.spent_values)
    keys = np.random.default_rng(rows).integers(0, 256, (max(outs, ins, 1), 20), np.uint8)
    key = hex_texts(keys)
    scripts = pa.compute.binary_join_element_wise("0014", key, "")
    asm = pa.compute.binary_join_element_wise("0 ", key, "")
    kind = pa.array(["witness_v0_keyhash"]).take(pa.array(np.zeros(max(outs, ins, 1), np.int64)))
    inputs = {
        "index": pa.array(_inside(batch.input_counts)),
        "spent_transaction_hash": hex_texts(batch.spent_txids),
        "spent_output_index": pa.array(batch.spent_places),
        "script_asm": asm.slice(0, ins),
        "script_hex": scripts.slice(0, ins),
        "sequence": pa.array(np.full(ins, 4294967293)),
        "required_signatures": pa.nulls(ins, pa.int64()),
        "type": kind.slice(0, ins),
        "address": batch.spent_addresses,
        "value": _btc(batch.spent_values),
    }
    outputs = {
        "index": pa.array(_inside(batch.output_counts)),
        "script_asm": asm.slice(0, outs),
        "script_hex": scripts.slice(0, outs),
        "required_signatures": pa.nulls(outs, pa.int64()),
        "type": kind.slice(0, outs),
        "address": batch.addresses,
        "value": _btc(batch.values),
    }
    paid = np.add.reduceat(np.append(batch.values, 0), _offsets(batch.output_counts)[:-1])
    return pa.table(
        {
            "hash": hex_texts(batch.txids),
            "size": pa.array(np.full(rows, 222)),
            "virtual_size": pa.array(np.full(rows, 141)),
            "version": pa.array(np.full(rows, 2)),
            "lock_time": pa.array(np.zeros(rows, np.int64)),
            "block_number": pa.array(batch.blocks),
            "block_timestamp": pa.array(batch.times * 1000).cast(pa.timestamp("ms")),
            "index": pa.array(batch.places),
            "input_count": pa.array(batch.input_counts),
            "output_count": pa.array(batch.output_counts),
            "output_value": _btc(paid),
            "is_coinbase": pa.array(batch.input_counts == 0),
            "inputs": _lists(batch.input_counts, inputs),
            "outputs": _lists(batch.output_counts, outputs),
        }
    )


def write_aws(folder, batches, per_file=1_000_000):
    """Write batches as Parquet files of about `per_file` transactions; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files, writer, rows = [], None, 0
    for batch in batches:
        table = aws_table(batch)
        if writer is None:
            files.append(folder / f"part-{len(files):05}.snappy.parquet")
            writer, rows = pq.ParquetWriter(files[-1], table.schema, compression="snappy"), 0
        writer.write_table(table)
        rows += table.num_rows
        if rows >= per_file:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()
    return files


def rows_of(batch):
    """The transactions of a batch as bitcoin-etl writes them."""
    out, spent = 0, 0
    ids = [bytes(row).hex() for row in batch.txids]
    spent_ids = [bytes(row).hex() for row in batch.spent_txids]
    addresses, known = batch.addresses.to_pylist(), batch.spent_addresses.to_pylist()
    for row, txid in enumerate(ids):
        ins, outs = int(batch.input_counts[row]), int(batch.output_counts[row])
        inputs = [
            {
                "index": n, "spent_transaction_hash": spent_ids[spent + n],
                "spent_output_index": int(batch.spent_places[spent + n]), "script_asm": "",
                "script_hex": "", "sequence": 4294967293, "required_signatures": None,
                "type": "witness_v0_keyhash",
                "addresses": [known[spent + n]] if known[spent + n] else [],
                "value": _value(batch.spent_values[spent + n]),
            }
            for n in range(ins)
        ]  # fmt: skip
        outputs = [
            {
                "index": n, "script_asm": f"0 {txid[:40]}", "script_hex": f"0014{txid[:40]}",
                "required_signatures": 1, "type": "witness_v0_keyhash",
                "addresses": [addresses[out + n]], "value": int(batch.values[out + n]),
            }
            for n in range(outs)
        ]  # fmt: skip
        yield {
            "hash": txid, "size": 222, "virtual_size": 141, "version": 2, "lock_time": 0,
            "block_number": int(batch.blocks[row]), "block_hash": "", "is_coinbase": not ins,
            "block_timestamp": int(batch.times[row]), "index": int(batch.places[row]),
            "inputs": inputs, "outputs": outputs, "input_count": ins, "output_count": outs,
            "input_value": None, "output_value": None, "fee": None,
        }  # fmt: skip
        out, spent = out + outs, spent + ins


def _value(value):
    return None if value == UNKNOWN else int(value)


def write_etl(path, batches):
    """Write batches as bitcoin-etl's JSON lines."""
    with path.open("w") as file:
        for batch in batches:
            file.writelines(json.dumps(row) + "\n" for row in rows_of(batch))
    return path


# Bitcoin's own bytes.


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def compact_size(number):
    if number < 0xFD:
        return bytes([number])
    if number < 1 << 16:
        return b"\xfd" + number.to_bytes(2, "little")
    return b"\xfe" + number.to_bytes(4, "little")


def transaction_bytes(inputs, outputs, witness=None):
    """A transaction of [(txid bytes, n, script)] and [(value, script)]; its bytes and its id."""
    ins = b"".join(
        txid + n.to_bytes(4, "little") + compact_size(len(script)) + script + b"\xff\xff\xff\xff"
        for txid, n, script in inputs
    )
    outs = b"".join(
        value.to_bytes(8, "little") + compact_size(len(script)) + script
        for value, script in outputs
    )
    body = compact_size(len(inputs)) + ins + compact_size(len(outputs)) + outs
    bare = b"\x02\0\0\0" + body + b"\0\0\0\0"
    if witness is None:
        return bare, sha256d(bare)
    items = b"".join(
        compact_size(len(stack)) + b"".join(compact_size(len(i)) + i for i in stack)
        for stack in witness
    )
    return b"\x02\0\0\0\0\x01" + body + items + b"\0\0\0\0", sha256d(bare)


def merkle(ids):
    while len(ids) > 1:
        ids = [sha256d(a + b) for a, b in zip(ids[::2], [*ids[1::2], ids[-1]], strict=False)]
    return ids[0]


def block_bytes(previous, time, transactions, bits=0x207FFFFF):
    """A block of [(bytes, id)] whose hash meets the target; its bytes and its hash."""
    root = merkle([txid for _, txid in transactions])
    target = (bits & 0x7FFFFF) << 8 * ((bits >> 24) - 3)
    for nonce in range(1 << 20):
        header = (
            b"\0\0\0\x20" + previous + root + time.to_bytes(4, "little")
            + bits.to_bytes(4, "little") + nonce.to_bytes(4, "little")
        )  # fmt: skip
        if int.from_bytes(sha256d(header), "little") <= target:
            break
    body = b"".join(data for data, _ in transactions)
    return header + compact_size(len(transactions)) + body, sha256d(header)


def coinbase(height, value, script=b"\x51"):
    """A coinbase that tells its height (BIP-34)."""
    told = height.to_bytes((height.bit_length() + 8) // 8 or 1, "little") if height > 16 else b""
    push = bytes([len(told)]) + told if told else bytes([0x50 + height if height else 0])
    return transaction_bytes([(bytes(32), 0xFFFFFFFF, push + b"\0")], [(value, script)])


def framed(blocks, magic="fabfb5da"):
    """Blocks behind their network's mark and size, as nodes write them."""
    mark = bytes.fromhex(magic)
    return b"".join(mark + len(data).to_bytes(4, "little") + data for data in blocks)
