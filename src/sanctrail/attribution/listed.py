"""The register's wallets as labels: handed over as a table, so that the columns never meet."""

import pyarrow as pa

from sanctrail.attribution.labels import Label, placed

COLUMNS = ("address", "asset", "name", "listing_id", "list", "list_date", "listed_on", "programmes")
"""What the table has: a wallet of a listing a row, all of it text."""

FILE = "register"


def labels_of_register(table: pa.Table) -> list[Label]:
    """Return a label for each wallet that a list names.

    The day is the party's: lists give none for a wallet itself. A list speaks of the address
    alone, not of the cluster around it.
    """
    labels = []
    for row in table.select(list(COLUMNS)).to_pylist():
        told = Label(
            entry=row["address"],
            label=row["name"],
            category="sanctioned",
            source=f"{row['list']} of {row['list_date']}, {row['listing_id']}",
            asset=row["asset"],
            abuse="sanction",
            concepts=tuple(p for p in row["programmes"].split("; ") if p),
            confidence="authority_data",
            date=row["listed_on"],
            file=FILE,
            place=row["listing_id"],
        )
        labels.append(placed(told)[0])
    return labels
