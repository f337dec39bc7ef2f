"""Labels: a name for an address or a transaction, with who says so, when, and how sure.

Labels never replace one another: what sources disagree about is kept side by side.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa

from sanctrail.addresses import canonical, canonical_transaction, is_transaction_id
from sanctrail.attribution.categories import kind_of
from sanctrail.attribution.chains import chain_named, place
from sanctrail.errors import Problem


@dataclass(frozen=True, slots=True)
class Label:
    """What one source says of one address or transaction.

    `entry` is the canonical form. `source` is who says it in the source's own words, `file` and
    `place` where it was read. `category`, `abuse`, `confidence` and `concepts` are the source's
    own terms; `kind` is the short one that they mean. `definer` says that the source speaks for
    the whole cluster of the address. A label that a rule derived names it in `rule`, with the
    rule's parameters and error as JSON in `context`.
    """

    entry: str
    label: str
    category: str
    source: str
    chain: str = ""
    asset: str = ""
    actor: str = ""
    abuse: str = ""
    concepts: tuple[str, ...] = ()
    confidence: str = ""
    date: str = ""
    definer: bool = False
    context: str = ""
    file: str = ""
    place: str = ""
    rule: str = ""

    @property
    def kind(self) -> str:
        """The short word for what it is: of its category, else its abuse, else its concepts."""
        return kind_of(self.category, self.abuse, *self.concepts)


SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("entry", "label", "category", "source", "chain")),
        *((name, pa.string()) for name in ("asset", "actor", "abuse")),
        ("concepts", pa.list_(pa.string())),
        *((name, pa.string()) for name in ("confidence", "date")),
        ("definer", pa.bool_()),
        *((name, pa.string()) for name in ("context", "file", "place", "rule")),
    ]
)


def labels_table(labels: Iterable[Label]) -> pa.Table:
    """Return labels as a table, a row each."""
    rows = list(labels)
    return pa.table(
        {name: [getattr(label, name) for label in rows] for name in SCHEMA.names}, schema=SCHEMA
    )


def label_of(row: dict[str, object]) -> Label:
    """Return the label that a row holds."""
    fields = {name: row[name] for name in SCHEMA.names if row.get(name) is not None}
    fields["concepts"] = tuple(fields.get("concepts", ()))  # type: ignore[arg-type]
    return Label(**fields)  # type: ignore[arg-type]


def key_of(entry: str) -> str:
    """Return the form in which two spellings of an address or transaction are equal."""
    entry = entry.strip()
    return canonical_transaction(entry) if is_transaction_id(entry) else canonical(entry)


def placed(label: Label) -> tuple[Label, Problem | None]:
    """Give a label its chain and canonical entry; a contradiction is told, and the label kept."""
    if is_transaction_id(label.entry):
        chain = chain_named(label.chain) if label.chain else place(label.asset, "").chain
        return replace(label, entry=canonical_transaction(label.entry), chain=chain), None
    at = place(label.asset, label.entry)
    chain = chain_named(label.chain) if label.chain else at.chain
    told = f"{label.entry}: {at.contradicted}" if at.contradicted else ""
    entry = canonical(label.entry)
    problem = Problem(label.file, label.place, f"{told}; kept") if told else None
    return replace(label, entry=entry, chain=chain), problem
