"""`sanctrail register owned`: who is owned by listed parties, and what the rules on shares say."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.asking import open_register, say_used, used
from sanctrail.cli.options import AsOf, Csv, Json, Workspace, refuse_given
from sanctrail.cli.render import emit, print_json, print_problems, problem_dicts, say, say_long
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.parties import Parties
    from sanctrail.regimes.owners import Edge, Ownership
    from sanctrail.register import Register

_SHOWN = 200
"""Rows that a table for people shows."""

_COLUMNS = ("party_id", "name", "standing", "owner_id", "owner", "owner_standing", "percent",
            "lists", "as_written", "former", "source", "date", "line")  # fmt: skip


def owned(
    workspace: Workspace,
    party: Annotated[
        str | None,
        typer.Argument(help="Listing id, reference, exact name, or a name in the table."),
    ] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", help="Only what parties of a programme own.")
    ] = None,
    shares: Annotated[
        Path | None,
        typer.Option("--shares", help="CSV with the columns owner, owned, percent, source, date."),
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show who is owned by listed parties, and what each regime's rule on shares makes of it.

    Example: sanctrail register owned --programme DPRK --shares shares.csv
    """
    from sanctrail.parties import open_parties  # noqa: PLC0415
    from sanctrail.regimes.owners import ownership_of  # noqa: PLC0415

    if party is not None:
        refuse_given({"--programme": programme}, "with a PARTY there is nothing to choose")
    register = open_register(workspace, as_of)
    parties = open_parties(register)
    found = ownership_of(register, parties, shares)
    asked = _asked(register, parties, found, party)
    nodes = _nodes(register, parties, found, asked, programme)
    if as_json:
        print_json(_document(register, found, nodes, party=party, programme=programme))
    elif as_csv:
        _show_csv(found, nodes)
    elif party is not None:
        _show_party(found, asked)
    else:
        _show_table(found, nodes)
    if not (as_json or as_csv):
        _say_rules(found)
        say_used(register)
    print_problems(found.shares.problems, "--json gives all")


def _asked(
    register: "Register", parties: "Parties", found: "Ownership", text: str | None
) -> list[str]:
    """Return the nodes that a text names, none without a text."""
    from sanctrail.regimes.owners import nodes_named  # noqa: PLC0415
    from sanctrail.register.party import find_parties  # noqa: PLC0415

    if text is None:
        return []
    keys = find_parties(register, text)
    nodes = list(dict.fromkeys(parties.party_of(listing_id) for _, listing_id in keys))
    nodes = nodes or nodes_named(found, text)
    if not nodes:
        raise InputError(
            f"'{text}': no list in force has this id, reference, exact name or wallet, and nothing "
            f"of that name is owned or owns. Similar names: sanctrail screen '{text}'"
        )
    return nodes


def _nodes(
    register: "Register",
    parties: "Parties",
    found: "Ownership",
    asked: Sequence[str],
    programme: str | None,
) -> list[str]:
    """Return whom the answer is about: all that is owned, or who hangs together with the asked."""
    from sanctrail.regimes.owners import owned_parties  # noqa: PLC0415
    from sanctrail.regimes.tree import programme_of  # noqa: PLC0415

    if asked:
        return sorted({*asked, *found.above(asked), *found.below(asked)}, key=found.order)
    if programme is None:
        return owned_parties(found)
    members = programme_of(register, parties, programme, hops=0).members
    return owned_parties(found, members.keys())


def _document(
    register: "Register", found: "Ownership", nodes: Iterable[str], **asked: str | None
) -> dict[str, Any]:
    rules = [
        {"regime": rule.regime, "rule": rule.in_words, "since": rule.since, "source": rule.source}
        for rule in found.rules
    ]
    return {
        **asked,
        **used(register),
        "rules": rules,
        "owned": [found.document(node) for node in nodes],
        "rows_after_the_day": found.shares.later,
        "problems": problem_dicts(found.shares.problems),
    }


def _show_csv(found: "Ownership", nodes: Iterable[str]) -> None:
    regimes = [rule.regime for rule in found.rules]
    rows = (
        [row[column] for column in (*_COLUMNS, *regimes)]
        for node in nodes
        for row in _edge_rows(found, node, regimes)
    )
    emit((*_COLUMNS, *regimes), rows, as_csv=True)


def _edge_rows(
    found: "Ownership", node: str, regimes: Sequence[str]
) -> Iterable[Mapping[str, Any]]:
    said = found.document(node)
    rules = {one["regime"]: one["arithmetic"] for one in said["rules"]}
    for owner in said["owners"]:
        yield {
            **{regime: rules.get(regime, "") for regime in regimes},
            **owner,
            "party_id": said["party_id"] or "",
            "name": said["name"],
            "standing": said["standing"],
            "owner_id": owner["party_id"] or "",
            "owner": owner["name"],
            "owner_standing": owner["standing"],
            "former": "yes" if owner["former"] else "",
        }


def _show_table(found: "Ownership", nodes: Sequence[str]) -> None:
    shown = nodes[:_SHOWN]
    emit(
        ("party", "itself", "owned by", "rule on shares"),
        (
            [
                _called(found, node),
                found.standing(node),
                "\n".join(_owner(found, edge) for edge in found.owners_of[node]),
                "\n".join(_rules(found, node)),
            ]
            for node in shown
        ),
        as_csv=False,
    )
    if len(shown) < len(nodes):
        say(f"and {len(nodes) - len(shown):,} more; --csv and --json give all")
    listed = sum(node in found.listed for node in nodes)
    say(
        f"{len(nodes):,} owned by listed parties: {listed:,} are listed themselves, "
        f"{len(nodes) - listed:,} are not listed."
    )


def _called(found: "Ownership", node: str) -> str:
    return f"{found.names[node]} ({node})" if node in found.listed else found.names[node]


def _owner(found: "Ownership", edge: "Edge") -> str:
    return f"{_called(found, edge.owner)} [{edge.basis}]"


def _rules(found: "Ownership", node: str) -> list[str]:
    return [
        f"{one.rule.regime}: {one.arithmetic(found.names)}" for one in found.findings.get(node, ())
    ]


def _show_party(found: "Ownership", asked: Sequence[str]) -> None:
    from sanctrail.cli.branches import print_tree  # noqa: PLC0415
    from sanctrail.regimes.tree import branches  # noqa: PLC0415

    def name(node: str) -> str:
        return f"{_called(found, node)}, {found.standing(node)}"

    above = {
        node: [(edge.owner, f"owned by [{edge.basis}]") for edge in edges]
        for node, edges in found.owners_of.items()
    }
    below = {
        node: [(edge.owned, f"owns [{edge.basis}]") for edge in edges]
        for node, edges in found.owned_by.items()
    }
    for node in asked:
        for title, hanging in (("owned by", above), ("owns", below)):
            if node in hanging:
                print_tree(title, branches([node], hanging), name)
            else:
                say_long(f"{title}: nobody, as far as is told. {name(node)}")
    for node in dict.fromkeys((*asked, *found.below(asked))):
        for line in _rules(found, node):
            say_long(f"{found.names[node]} by the rule of {line}")


def _say_rules(found: "Ownership") -> None:
    """Say which rules were applied, or what it takes that they can be."""
    if not found.shares.source:
        say_long(
            "No list gives shares in a form of their own, so no rule was computed; --shares FILE "
            "takes a table of yours."
        )
        return
    for rule in found.rules:
        say_long(f"Rule {rule.regime}: {rule.in_words} ({rule.source}).")
    if found.shares.later:
        say(f"{found.shares.later:,} rows of the table are of a later day and do not count.")
