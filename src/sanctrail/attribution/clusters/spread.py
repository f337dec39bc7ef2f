"""What labels say of a whole cluster: one that speaks for its cluster speaks for each address."""

from collections.abc import Iterable
from dataclasses import replace

from sanctrail.attribution.chains import fits
from sanctrail.attribution.clusters.store import Clusters
from sanctrail.attribution.clusters.why import why
from sanctrail.attribution.labels import Label
from sanctrail.attribution.rules import context_of

RULE = "co-spend"
UTXO_CHAINS = frozenset(
    {"bitcoin", "bitcoin cash", "litecoin", "dogecoin", "dash", "zcash", "bitcoin testnet"}
    | {"bitcoin regtest", "base58", "bitcoin sv", "bitcoin gold"}
)
"""Chains whose labels can speak of a UTXO ledger's addresses."""


def labels_in(clusters: Clusters, cluster: int, labels: Iterable[Label]) -> list[Label]:
    """Return the labels of a cluster's addresses, in the order given."""
    held = [x for x in labels if fits(x.chain, UTXO_CHAINS)]
    ids = clusters.ledger.ids_of(sorted({label.entry for label in held}))
    of = clusters.cluster_of
    return [x for x in held if x.entry in ids and int(of[ids[x.entry]]) == cluster]


def derived(clusters: Clusters, address: str, labels: Iterable[Label]) -> list[Label]:
    """Return what the labels of an address's cluster say of the address itself.

    Only labels whose source speaks for the cluster. Each is derived by the rule of co-spending and
    names the transactions that join the two addresses, and the rule's measured error.
    """
    number = clusters.number_of(address)
    entry = clusters.ledger.address(number)
    cluster = int(clusters.cluster_of[number])
    found = []
    for label in labels_in(clusters, cluster, labels):
        if label.definer and label.entry != entry:
            links = why(clusters, entry, label.entry)
            context = context_of(
                rule_of(clusters), clusters.manifest["parameters"], [x.transaction for x in links]
            )
            source = f"{label.entry} is in its cluster: {label.source}"
            found.append(
                replace(
                    label, entry=entry, source=source, confidence="heuristic", rule=RULE,
                    context=context, definer=False,
                )
            )  # fmt: skip
    return found


def rule_of(clusters: Clusters) -> str:
    """Return the name under which the error of what made these clusters was measured."""
    change = clusters.manifest["parameters"]["change"]
    return f"change {'+'.join(change)}" if change else RULE
