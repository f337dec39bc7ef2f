"""How much the register holds, by list and by programme."""

from collections import Counter
from typing import Any

from sanctrail.lists.forms import LISTS
from sanctrail.lists.records import KINDS
from sanctrail.register.ages import age_days
from sanctrail.register.query import Register

_COUNTED = ("names", "identifiers", "wallets", "relations", "problems")


def counts_by_list(register: Register) -> list[dict[str, Any]]:
    """Return a row for each list in force: its version, its parties by kind, and their facts."""
    kinds = Counter((row["list_id"], row["kind"]) for row in register.rows("listings"))
    facts = {table: Counter(r["list_id"] for r in register.rows(table)) for table in _COUNTED}
    held = Counter(version["list_id"] for version in register.versions)
    rows = []
    for view in register.views:
        by_kind = {kind: kinds[view.list_id, kind] for kind in KINDS}
        rows.append(
            {
                "list": view.list_id,
                "title": LISTS[view.list_id].title if view.list_id in LISTS else view.list_id,
                "date": view.base["list_date"],
                "age": age_days(view.base["list_date"]),
                "versions": held[view.list_id],
                "parties": sum(by_kind.values()),
                **by_kind,
                **{table: facts[table][view.list_id] for table in _COUNTED},
            }
        )
    return rows


def counts_by_programme(register: Register) -> list[dict[str, Any]]:
    """Return a row for each programme of each list, the largest first within a list."""
    counts = Counter(
        (row["list_id"], programme)
        for row in register.rows("listings")
        for programme in row["programmes"]
    )
    return [
        {"list": list_id, "programme": programme, "parties": count}
        for (list_id, programme), count in sorted(
            counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1])
        )
    ]
