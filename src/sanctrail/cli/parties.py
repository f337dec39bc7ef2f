"""`sanctrail register show`, `programme` and `owned`: questions about parties across regimes."""

from collections import Counter
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.asking import open_register, say_used, used
from sanctrail.cli.options import AsOf, Csv, Json, Workspace
from sanctrail.cli.ownership import owned
from sanctrail.cli.pages import show_party
from sanctrail.cli.render import emit, print_json, say, say_long
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.regimes.asked import AskedParty
    from sanctrail.regimes.relations import Tie
    from sanctrail.regimes.tree import Member, Programme
    from sanctrail.register import Register

_KINDS = ("person", "entity", "vessel", "aircraft")

_SHOWN_WHY = 2
"""Reasons for one party that a table for people shows."""

_SHOWN_OPEN = 10
"""Relations to nobody in force that people are shown; --json gives all."""


def add_to(app: typer.Typer) -> None:
    """Add the commands to `sanctrail register`."""
    app.command("show")(show)
    app.command("programme")(programme)
    app.command("owned")(owned)


def show(
    party: Annotated[str, typer.Argument(help="Listing id, reference, exact name or wallet.")],
    workspace: Workspace,
    each: Annotated[
        bool, typer.Option("--each", help="One listing after the other instead of side by side.")
    ] = False,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show all that the lists say of one party, every regime's listing beside the others.

    Example: sanctrail register show KPe.031
    """
    from sanctrail.parties import open_parties  # noqa: PLC0415
    from sanctrail.regimes.asked import parties_asked  # noqa: PLC0415

    register = open_register(workspace, as_of)
    found = parties_asked(register, open_parties(register), party)
    if as_csv:
        _show_facts(register, found)
        return
    if as_json:
        print_json(_show_document(register, party, found))
        return
    for one in found:
        show_party(one, each=each)
    say_used(register, {page["list_id"] for one in found for page in one.pages})


def _show_facts(register: "Register", found: "list[AskedParty]") -> None:
    party_of = {page["listing_id"]: one.party_id for one in found for page in one.pages}
    columns = ("list_id", "list_date", "listing_id", "fact", "value")
    rows = register.rows("facts", party_of.keys())
    cells = ([*(row[c] for c in columns), party_of[row["listing_id"]]] for row in rows)
    emit((*columns, "party_id"), cells, as_csv=True)


def _show_document(register: "Register", asked: str, found: "list[AskedParty]") -> dict[str, Any]:
    """Return the answer; `party_id` is null where several parties bear what was asked for."""
    from dataclasses import asdict  # noqa: PLC0415

    return {
        "party": asked,
        "party_id": found[0].party_id if len(found) == 1 else None,
        "joins": [asdict(join) for one in found for join in one.joins],
        "undecided": [join for one in found for join in one.undecided_documents()],
        **used(register),
        "listings": [{**page, "party_id": o.party_id} for o in found for page in o.pages],
        "left": [{**row, "party_id": one.party_id} for one in found for row in one.left],
        "differences": [difference for one in found for difference in one.differences],
    }


def programme(
    topic: Annotated[str, typer.Argument(help="A topic (DPRK) or a code as a list writes it.")],
    workspace: Workspace,
    tree: Annotated[
        bool, typer.Option("--tree", help="A tree: below an owner whom it owns, and so on.")
    ] = False,
    relations: Annotated[
        bool, typer.Option("--relations", help="With --csv: one row a relation, not a party.")
    ] = False,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only: person, entity, vessel or aircraft.")
    ] = None,
    hops: Annotated[
        int, typer.Option("--hops", min=0, help="Most relations from a party under it.")
    ] = 1,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show who is listed under a programme on any list, and who is linked to it, and why.

    Example: sanctrail register programme DPRK --kind vessel
    """
    from sanctrail.parties import open_parties  # noqa: PLC0415
    from sanctrail.regimes.tree import programme_of  # noqa: PLC0415

    if kind is not None and kind not in _KINDS:
        raise InputError(f"--kind '{kind}' is none of {', '.join(_KINDS)}.")
    if relations and not as_csv:
        raise InputError(
            "--relations goes with --csv; --json has the relations beside the parties."
        )
    register = open_register(workspace, as_of)
    whole = programme_of(register, open_parties(register), topic, hops)
    shown = whole if kind is None else whole.of_kind(kind)
    if as_json:
        print_json(_programme_document(register, topic, shown))
    elif as_csv:
        (_relations_csv if relations else _parties_csv)(shown, whole)
    else:
        (_show_tree if tree else _show_table)(shown, whole)
        _say_counts(shown)
        say_used(register)


def _programme_document(register: "Register", topic: str, shown: "Programme") -> dict[str, Any]:
    return {
        "programme": topic,
        **used(register),
        "parties": [member.document() for member in shown.members.values()],
        "relations": [tie.document() for tie in shown.ties],
        "unresolved": [tie.document() for tie in shown.unresolved],
    }


def _show_table(shown: "Programme", _: "Programme") -> None:
    emit(
        ("!party", "kind", "name", "!since", "why"),
        (
            [
                member.party.party_id,
                member.party.kind,
                member.party.name,
                "\n".join(f"{regime} {day or '-'}" for regime, day in member.party.since.items()),
                _first(member.why),
            ]
            for member in shown.members.values()
        ),
        as_csv=False,
    )


def _first(why: tuple[str, ...]) -> str:
    more = [f"and {len(why) - _SHOWN_WHY} more"] if len(why) > _SHOWN_WHY else []
    return "\n".join([*(shorten(text, 110) for text in why[:_SHOWN_WHY]), *more])


def _show_tree(shown: "Programme", whole: "Programme") -> None:
    from sanctrail.cli.branches import print_tree  # noqa: PLC0415
    from sanctrail.regimes.tree import tree_of  # noqa: PLC0415

    def name(party_id: str) -> str:
        member = whole.members[party_id]
        linked = "; linked" if member.standing == "linked" else ""
        lists = ", ".join(member.party.lists)
        return f"{member.party.name} ({member.party.kind} {party_id}, {lists}{linked})"

    print_tree(shown.topic, tree_of(shown, whole.members), name)


def _say_counts(shown: "Programme") -> None:
    standing = Counter(member.standing for member in shown.members.values())
    kinds = Counter(member.party.kind for member in shown.members.values())
    lists = Counter(one for member in shown.members.values() for one in member.party.lists)
    say_long(
        f"{standing['under']:,} parties under {shown.topic}, {standing['linked']:,} linked to it: "
        f"{_counted(kinds)}; {', '.join(f'{n:,} on {one}' for one, n in sorted(lists.items()))}."
    )
    say(f"Relations: {len(shown.ties):,}; --csv --relations gives them all.")
    for tie in shown.unresolved[:_SHOWN_OPEN]:
        several = f" (one of {', '.join(tie.may_be)})" if tie.may_be else ""
        say(f"open: {shown.members[tie.source].party.name} {tie.said} {tie.name}{several}")
    if shown.unresolved:
        say_long(
            f"Open: {len(shown.unresolved):,}, where no list in force has whom the list names, or "
            "several parties bear the name."
        )


def _counted(counts: "Counter[str]") -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))


def _parties_csv(shown: "Programme", _: "Programme") -> None:
    columns = ("party_id", "kind", "name", "standing", "lists", "listings", "listed_on", "under",
               "programmes", "hops", "why")  # fmt: skip
    emit(columns, (_party_row(member) for member in shown.members.values()), as_csv=True)


def _party_row(member: "Member") -> list[Any]:
    party = member.party
    programmes = (code for row in party.listings for code in row["programmes"])
    return [
        party.party_id,
        party.kind,
        party.name,
        member.standing,
        party.lists,
        [row["listing_id"] for row in party.listings],
        [f"{regime} {day}".strip() for regime, day in party.since.items()],
        list(dict.fromkeys(code for codes in member.under.values() for code in codes)),
        list(dict.fromkeys(programmes)),
        member.hops,
        member.why,
    ]


def _relations_csv(shown: "Programme", whole: "Programme") -> None:
    columns = ("from", "from_name", "kind", "to", "to_name", "lists", "as_written", "former")
    ties = (*shown.ties, *shown.unresolved)
    emit(columns, (_tie_row(tie, whole) for tie in ties), as_csv=True)


def _tie_row(tie: "Tie", whole: "Programme") -> list[Any]:
    said = tie.document()
    named = whole.members[tie.target].party.name if tie.target else tie.name
    source = whole.members[tie.source].party.name
    former = "yes" if tie.former else ""
    return [tie.source, source, tie.kind, tie.target, named, tie.lists, said["as_written"], former]
