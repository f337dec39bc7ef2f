"""Measure OpenSanctions' nomenklatura (its blocking index and LogicV2) on a job of ours.

Run with whichever Python holds nomenklatura, which need not be the project's own:

    python peer_logicv2.py JOB.json OUT.json

JOB.json: `parties` (`id`, `schema`, `names`, perhaps `births` and `countries`), `queries` (`name`,
perhaps `schema`, `dob`, `country`), `pairs` ([schema, name1, name2], ...), `threshold`, `limit`
(the seconds the queries may take), and perhaps `candidates` and `batch`.

What is measured, on one thread:

- **Loading.** `load_seconds` is the first comparison, which loads the library's tables of names.
- **Building.** The parties are written to the in-memory store and nomenklatura's own index (tables
  of tokens in DuckDB) is built over it, both inside `build_seconds`.
- **Queries.** The index is asked through `Index.match_entities` for its best `candidates` (50) of
  each query, `batch` (100) queries at a time; LogicV2 in its default configuration scores every
  one, and those that reach `threshold` are the hits. The clock covers asking, scoring and making
  the queries' entities; the parties' entities stand ready. The index answers in batches only: a
  batch costs some dozen SQL statements and a checkpoint, so small batches are slow, and tokens too
  common in batch and index together are dropped, so large ones can lose recall.
- **Pairs.** Two entities with one name each, the first as the query. `pair_microseconds` is the
  mean of one comparison with everything warm, the two entities' analysed names too;
  `fresh_pair_microseconds` that of entities not seen before, with the library's tables loaded.

OUT.json: `versions`, `settings`, `load_seconds`, `build_seconds`, `query_seconds`, `queries_done`,
`queries_per_second`, `comparisons`, `hits` ([[party id, score], ...] a query, best first; null for
those that `limit` cut off), `pair_scores`, the two times a pair, and `unreadable`: how many dates,
countries and names FollowTheMoney refused and thus left out.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

try:
    from followthemoney import Dataset, StatementEntity, ValueEntity, model
    from nomenklatura.blocker import Index
    from nomenklatura.matching import LogicV2
    from nomenklatura.resolver import Linker
    from nomenklatura.store import SimpleMemoryStore
except ImportError as error:
    print(
        f"The peer cannot run: {error}. It needs nomenklatura in this Python "
        "(pip install nomenklatura==4.17.4); its dependency PyICU is compiled, which takes "
        "pkg-config and ICU's headers (apt-get install libicu-dev pkg-config).",
        file=sys.stderr,
    )
    sys.exit(3)

PACKAGES = ("nomenklatura", "followthemoney", "rigour", "duckdb", "pyicu")
DATASET = Dataset.make({"name": "peer", "title": "Parties to screen against"})
CONFIG = LogicV2.default_config()
LIMIT = 300.0
CANDIDATES = 50
BATCH = 100
QUERY = "peer-query-"
PASSES = 3
"""Passes over the pairs whose mean is taken."""


def main(job_path, out_path):
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    unreadable = Counter()
    settings = {
        "threshold": float(job.get("threshold", 0.7)),
        "limit": float(job.get("limit", LIMIT)),
        "candidates": int(job.get("candidates", CANDIDATES)),
        "batch": int(job.get("batch", BATCH)),
    }
    out = {
        "versions": {name: version(name) for name in PACKAGES} | {"python": sys.version.split()[0]},
        "settings": settings,
        "load_seconds": score_all(made_pairs([["Person", "Ann Lee", "Li An"]], "first", Counter()))[
            1
        ],
        **screened(job.get("parties", []), job.get("queries", []), settings, unreadable),
        **compared(job.get("pairs", []), unreadable),
        "unreadable": dict(unreadable),
    }
    Path(out_path).write_text(json.dumps(out, ensure_ascii=False, indent=1), encoding="utf-8")


def screened(parties, queries, settings, unreadable):
    if not parties or not queries:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        index, store = build(parties, Path(folder), settings["candidates"], unreadable)
        build_seconds = time.perf_counter() - started
        listed = {
            entity.id: ValueEntity.from_dict(entity.to_dict())
            for entity in store.default_view().entities()
        }
        try:
            asked = ask(index, listed, queries, settings, unreadable)
        finally:
            index.close()
    return {"build_seconds": build_seconds, "parties": len(listed), **asked}


def build(parties, folder, candidates, unreadable):
    store = SimpleMemoryStore(DATASET, Linker({}))
    with store.writer() as writer:
        for party in parties:
            entity = StatementEntity(DATASET, {"id": party["id"], "schema": party["schema"]})
            values = {"birthDate": party.get("births"), "country": party.get("countries")}
            fill(entity, {"name": party["names"], **values}, unreadable)
            writer.add_entity(entity)
    index = Index(store.default_view(), folder, options={"max_candidates": candidates})
    index.con.execute("SET threads = 1")
    index.build()
    return index, store


def fill(entity, properties, unreadable):
    """Give an entity its values, counting those that FollowTheMoney refuses."""
    for prop, values in properties.items():
        if prop not in entity.schema.properties:
            continue
        for value in filter(None, values or ()):
            if entity.schema.properties[prop].type.clean(value) is None:
                unreadable[prop] += 1
            entity.add(prop, value)
    return entity


def made(entity_id, schema, properties, unreadable):
    found = model.get(schema)
    if found is None:
        sys.exit(f"{schema}: FollowTheMoney has no such schema. Expected Person, Company, ...")
    return fill(ValueEntity(found, {"id": entity_id}), properties, unreadable)


def ask(index, listed, queries, settings, unreadable):
    """Ask the index batch by batch and score its candidates until the time is up."""
    hits = [None] * len(queries)
    comparisons = 0
    threshold, limit, size = settings["threshold"], settings["limit"], settings["batch"]
    started = time.perf_counter()
    for start in range(0, len(queries), size):
        if time.perf_counter() - started > limit:
            break
        batch = enumerate(queries[start : start + size], start)
        entities = {f"{QUERY}{at}": made_query(f"{QUERY}{at}", q, unreadable) for at, q in batch}
        hits[start : start + size] = [[] for _ in entities]
        for identifier, candidates in index.match_entities(entities.values()):
            comparisons += len(candidates)
            asked = entities[identifier.id]
            scores = (
                (other.id, LogicV2.compare(asked, listed[other.id], CONFIG).score)
                for other, _ in candidates
            )
            kept = sorted((-score, party) for party, score in scores if score >= threshold)
            position = int(identifier.id.removeprefix(QUERY))
            hits[position] = [[party, round(-negative, 6)] for negative, party in kept]
    seconds = time.perf_counter() - started
    done = sum(hit is not None for hit in hits)
    return {
        "query_seconds": seconds,
        "queries_done": done,
        "queries_per_second": done / seconds,
        "comparisons": comparisons,
        "hits": hits,
    }


def made_query(query_id, query, unreadable):
    values = {
        "name": [query["name"]],
        "birthDate": [query.get("dob")],
        "country": [query.get("country")],
    }
    return made(query_id, query.get("schema", "Person"), values, unreadable)


def compared(pairs, unreadable):
    if not pairs:
        return {}
    scores, _ = score_all(made_pairs(pairs, "scored", unreadable))
    fresh = warm = 0.0
    for number in range(PASSES):
        entities = made_pairs(pairs, f"fresh-{number}", Counter())
        fresh += score_all(entities)[1]
        for pair in entities:
            score_all([pair])
            warm += score_all([pair])[1]
    each = 1e6 / (PASSES * len(pairs))
    return {
        "pair_scores": [round(score, 6) for score in scores],
        "pair_microseconds": warm * each,
        "fresh_pair_microseconds": fresh * each,
    }


def made_pairs(pairs, mark, unreadable):
    """Make the entities of all pairs; LogicV2 keeps names by entity id, hence the mark."""
    return [
        [
            made(f"{mark}-{position}-{side}", schema, {"name": [name]}, unreadable)
            for side, name in enumerate(names)
        ]
        for position, (schema, *names) in enumerate(pairs)
    ]


def score_all(entities):
    started = time.perf_counter()
    scores = [LogicV2.compare(left, right, CONFIG).score for left, right in entities]
    return scores, time.perf_counter() - started


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python peer_logicv2.py JOB.json OUT.json")
    main(*sys.argv[1:])
