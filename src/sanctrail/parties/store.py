"""The joining kept on disk beside the register."""

from collections import defaultdict

from sanctrail.parties.joined import Join, Parties
from sanctrail.register import Register


def open_parties(register: Register) -> Parties:
    """Return the parties of all listings that the register ever held."""
    by_reference: dict[str, list[str]] = defaultdict(list)
    for row in register.rows("listings"):
        if row["regime"] == "un":
            by_reference[row["reference"]].insert(0, row["listing_id"])
    for row in register.rows("identifiers"):
        if row["kind"] == "UN reference" and row["number"] in by_reference:
            by_reference[row["number"]].append(row["listing_id"])
    party_of, joins = {}, []
    for reference, (founder, *others) in by_reference.items():
        for other in others:
            party_of[founder] = party_of[other] = founder
            joins.append(
                Join(founder, other, "cross-reference", 1.0, (f"UN reference {reference}",))
            )
    return Parties(party_of, joins, ())
