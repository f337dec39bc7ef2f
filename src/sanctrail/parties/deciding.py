"""The user's word about which listings are one party: taken down, taken back, and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sanctrail.errors import InputError
from sanctrail.ground.clock import today
from sanctrail.parties.decisions import (
    JOIN,
    SPLIT,
    Decision,
    decide,
    keep_decisions,
    read_unweighed,
)
from sanctrail.parties.joined import Parties
from sanctrail.parties.joining import in_order
from sanctrail.register import Register
from sanctrail.register.party import find_parties


def listing_named(register: Register, text: str) -> str:
    """Return the one listing that a text names: an id, a reference or an exact name.

    Raises `InputError` where it names none or several.
    """
    found = sorted({listing_id for _, listing_id in find_parties(register, text)})
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"'{text}': no list in force has this id, reference or exact name.")
    raise InputError(f"'{text}' names several listings: {', '.join(found)}. Write one of the ids.")


@dataclass(frozen=True, slots=True)
class Record:
    """Who decides and why, for the record."""

    by: str = ""
    note: str = ""


def decide_join(register: Register, left: str, right: str, record: Record) -> Decision:
    """Take down that two listings are one party, whatever the lists say."""
    pair = in_order(listing_named(register, left), listing_named(register, right))
    if pair[0] == pair[1]:
        raise InputError(f"'{left}' and '{right}' are one listing, {pair[0]}.")
    one = Decision(JOIN, *pair, today().isoformat(), record.by, record.note)
    decide(register.root.parent, [one])
    return one


def decide_split(
    register: Register, parties: Parties, left: str, right: str, record: Record
) -> list[Decision]:
    """Take down that two listings are two parties; where `right` is empty, that one is alone.

    It is then parted from each listing that its party has now.
    """
    mine = listing_named(register, left)
    others = _others(register, parties, mine, right)
    day = today().isoformat()
    new = [Decision(SPLIT, *in_order(mine, one), day, record.by, record.note) for one in others]
    decide(register.root.parent, new)
    return new


def _others(register: Register, parties: Parties, mine: str, right: str) -> Sequence[str]:
    if right:
        other = listing_named(register, right)
        if other == mine:
            raise InputError(f"'{right}' is {mine} itself, which cannot be split from itself.")
        return (other,)
    others = [one for one in parties.members(parties.party_of(mine)) if one != mine]
    if not others:
        raise InputError(f"{mine} is a party of its own; there is nothing to split it from.")
    return others


def take_back(workspace: Path, left: str, right: str) -> Decision:
    """Forget what was decided about two listings, so that the lists speak again.

    This is also the way out where a file edited by hand contradicts itself.
    """
    pair = in_order(left, right)
    decisions = read_unweighed(workspace)
    found = [one for one in decisions if one.pair == pair]
    if not found:
        raise InputError(
            f"Nothing was decided about {left} and {right}. See: sanctrail register decided"
        )
    keep_decisions(workspace, [one for one in decisions if one.pair != pair])
    return found[0]
