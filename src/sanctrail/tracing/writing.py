"""The files of a trace: trace.json, flows.csv, paths.json, and the flow in other forms."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from sanctrail.errors import InputError, TraceError
from sanctrail.ground.store import replace_file, write_json
from sanctrail.ledger import Ledger
from sanctrail.ledger.amounts import join
from sanctrail.ledger.prices import Prices
from sanctrail.tracing.document import trace_document
from sanctrail.tracing.flows import flows_and_moves
from sanctrail.tracing.money import Valuer, values_of
from sanctrail.tracing.paths import paths_of
from sanctrail.tracing.request import Request
from sanctrail.tracing.result import TraceResult
from sanctrail.tracing.trail import Trail

_OPTIONAL = ("from_output", "to_output", "value")
"""Columns that are left out of flows.csv where no row has them."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What else is wanted beside trace.json and flows.csv."""

    paths: int = 0
    exports: tuple[str, ...] = ()
    currency: str = ""
    prices: Prices | None = None
    bounds: Sequence[Mapping[str, Any]] | None = None


def write_trace(
    output: Path,
    ledger: Ledger,
    request: Request,
    results: Sequence[TraceResult],
    notes: Sequence[str],
    *,
    extras: Extras | None = None,
) -> dict[str, Any]:
    """Write a trace into a folder and return the document of trace.json."""
    extras = extras or Extras()
    known_exports(extras.exports)
    document = trace_document(ledger, request, results, notes)
    flows = _all_flows(results, extras)
    csv = _csv(flows)
    document["flows"] = {
        "file": "flows.csv", "sha256": hashlib.sha256(csv).hexdigest(), "rows": flows.num_rows,
    }  # fmt: skip
    files: dict[str, bytes] = {"flows.csv": csv}
    if extras.paths:
        paths = [path for result in results for path in paths_of(result, extras.paths)]
        files["paths.json"] = _json(paths)
        digest = hashlib.sha256(files["paths.json"]).hexdigest()
        document["paths"] = {"file": "paths.json", "sha256": digest, "each": extras.paths}
    if extras.bounds is not None:
        document["bounds"] = extras.bounds
    if extras.currency:
        _add_values(document, results, extras)
    files |= {f"flows.{kind}": EXPORTS[kind](flows) for kind in extras.exports}
    _write(output, files, document)
    return document


def _write(output: Path, files: Mapping[str, bytes], document: Mapping[str, Any]) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            replace_file(output / name, content)
        write_json(output / "trace.json", dict(document))
    except OSError as error:
        raise TraceError(
            f"{output}: the trace cannot be written there ({error.strerror}). Choose another "
            "--output folder."
        ) from error


def known_exports(kinds: Sequence[str]) -> None:
    """Raise `InputError` where a form of export is not known."""
    unknown = [kind for kind in kinds if kind not in EXPORTS]
    if unknown:
        raise InputError(
            f"There is no export '{', '.join(unknown)}'. Known: {', '.join(EXPORTS)}, joined by "
            "commas; flows.csv is always written."
        )


def _all_flows(results: Sequence[TraceResult], extras: Extras) -> pa.Table:
    """Return the movements of all trails, one behind the other."""
    trails = list({id(result.trail): result.trail for result in results}.values())
    told = [_valued(trail, extras) for trail in trails]
    table = pa.concat_tables(told)
    empty = [name for name in _OPTIONAL
             if name in table.column_names and table[name].null_count == len(table)]  # fmt: skip
    return table.drop_columns(empty)


def _valued(trail: Trail, extras: Extras) -> pa.Table:
    table, rows = flows_and_moves(trail)
    if not extras.currency or extras.prices is None:
        return table
    valuer = Valuer(trail, extras.prices, extras.currency)
    values = valuer.texts(rows["move"], join(rows["high"], rows["low"]))
    return table.append_column("value", pa.array(values, pa.string()))


def _add_values(document: dict[str, Any], results: Sequence[TraceResult], extras: Extras) -> None:
    prices = extras.prices or Prices({})
    document["parameters"]["currency"] = extras.currency
    for told, result in zip(document["results"], results, strict=True):
        values = values_of(result, Valuer(result.trail, prices, extras.currency))
        by_address = values.pop("by_address")
        told["value"] = values
        for arrival in told["arrived"]:
            arrival["value"] = by_address[arrival["address"]]["value"]


def _csv(flows: pa.Table) -> bytes:
    """Return a table as CSV: fields are quoted only where they must be."""
    file = io.BytesIO()
    header = ",".join(flows.column_names) + "\n"
    plain = all(_is_plain(flows[name]) for name in flows.column_names)
    style = "none" if plain else "needed"
    options = pacsv.WriteOptions(include_header=False, quoting_style=style)
    pacsv.write_csv(flows, file, options)
    return header.encode() + file.getvalue()


def _is_plain(column: pa.ChunkedArray) -> bool:
    """Tell whether no text of a column holds what would have to be quoted."""
    if not pa.types.is_string(column.type):
        return True
    found = pc.match_substring_regex(column.unique(), '[",\\r\\n]')
    return not pc.any(found).as_py()


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _parquet(flows: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(flows, file, compression="zstd")
    return file.getvalue()


def _rows(flows: pa.Table) -> bytes:
    lines = (json.dumps(row, ensure_ascii=False) for row in flows.to_pylist())
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _graphml(flows: pa.Table) -> bytes:
    """Return the movements as a directed graph: an address a node, a movement an edge."""
    return ("\n".join(_graphml_lines(flows)) + "\n").encode()


def _graphml_lines(flows: pa.Table) -> Iterator[str]:
    keys = [name for name in flows.column_names if name not in {"from", "to"}]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for name in keys:
        kind = "int" if name == "hop" else "string"  # amounts of wei do not fit into a number
        yield f'<key id="{name}" for="edge" attr.name="{name}" attr.type="{kind}"/>'
    yield '<graph id="flows" edgedefault="directed">'
    names = pa.chunked_array([*flows["from"].chunks, *flows["to"].chunks]).unique().to_pylist()
    for name in sorted(names):
        yield f"<node id={quoteattr(name)}/>"
    for number, row in enumerate(flows.to_pylist()):
        ends = f"source={quoteattr(row['from'])} target={quoteattr(row['to'])}"
        data = "".join(
            f'<data key="{name}">{escape(str(row[name]))}</data>'
            for name in keys
            if row[name] is not None
        )
        yield f'<edge id="e{number}" {ends}>{data}</edge>'
    yield "</graph>"
    yield "</graphml>"


EXPORTS: dict[str, Callable[[pa.Table], bytes]] = {
    "parquet": _parquet,
    "json": _rows,
    "graphml": _graphml,
}
"""Forms of the whole flow, by the end of the file's name."""
