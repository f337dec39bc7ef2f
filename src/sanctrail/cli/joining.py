"""`sanctrail register join`, `split`, `undecided`, `decided`, `joining`: who is one party."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.asking import open_register, say_used, used
from sanctrail.cli.options import AsOf, Csv, Json, Workspace
from sanctrail.cli.render import emit, print_json, say, say_long

if TYPE_CHECKING:
    from sanctrail.evidence.rates import Rate
    from sanctrail.parties.decisions import Decision
    from sanctrail.parties.measuring import Judged, Measured
    from sanctrail.register import Register

By = Annotated[str, typer.Option("--by", help="Who decides, for the record.")]
Note = Annotated[str, typer.Option("--note", help="Why, for the record.")]
Left = Annotated[str, typer.Argument(help="A listing's id, reference or exact name.")]

_DECISION_COLUMNS = ("decision", "left", "right", "on", "by", "note")
_UNDECIDED_COLUMNS = ("score", "left", "left_name", "right", "right_name", "basis", "reasons")
_SHOWN = 100


def add_to(app: typer.Typer) -> None:
    """Hang the commands about decisions onto `sanctrail register`."""
    app.command("join")(join)
    app.command("split")(split)
    app.command("undecided")(undecided)
    app.command("decided")(decided)
    app.command("joining")(joining)


def join(
    left: Left,
    right: Annotated[str, typer.Argument(help="The other listing.")],
    workspace: Workspace,
    by: By = "",
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Decide that two listings are one party.

    Example: sanctrail register join us:9088 KPe.010 --note "same bank"
    """
    from sanctrail.parties import open_parties  # noqa: PLC0415
    from sanctrail.parties.deciding import Record, decide_join  # noqa: PLC0415

    register = open_register(workspace, None)
    one = decide_join(register, left, right, Record(by, note))
    party_id = open_parties(register).party_of(one.left)
    _say_decided([one], as_json=as_json, told=f"They are one party, {party_id}.")


def split(
    left: Left,
    workspace: Workspace,
    right: Annotated[
        str | None, typer.Argument(help="The other listing; without one, all of its party.")
    ] = None,
    by: By = "",
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Decide that two listings are two parties, or that one is a party of its own.

    Example: sanctrail register split us:12211 un:6908511 --note "namesakes"
    """
    from sanctrail.parties import open_parties  # noqa: PLC0415
    from sanctrail.parties.deciding import Record, decide_split  # noqa: PLC0415

    register = open_register(workspace, None)
    made = decide_split(register, open_parties(register), left, right or "", Record(by, note))
    parties = open_parties(register)
    ids = sorted({parties.party_of(one) for d in made for one in (d.left, d.right)})
    _say_decided(made, as_json=as_json, told=f"They are the parties {', '.join(ids)}.")


def undecided(
    workspace: Workspace,
    party: Annotated[
        str | None, typer.Option("--party", help="Only proposals about this party.")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show pairs of listings that may be one party and were not joined, the likeliest first.

    Example: sanctrail register undecided
    """
    from sanctrail.parties import open_parties  # noqa: PLC0415
    from sanctrail.parties.deciding import listing_named  # noqa: PLC0415

    register = open_register(workspace, as_of)
    parties = open_parties(register)
    found = parties.undecided
    if party is not None:
        found = parties.undecided_of(parties.party_of(listing_named(register, party)))
    names = _names(register)
    rows = [
        {**asdict(one), "left_name": names[one.left], "right_name": names[one.right]}
        for one in sorted(found, key=lambda one: (-one.score, one.left, one.right))
        if one.left in names and one.right in names
    ]
    if as_json:
        print_json({**used(register), "undecided": rows})
        return
    shown = rows if as_csv else rows[:_SHOWN]
    heads = [
        f"!{column}" if column in ("left", "right") else column for column in _UNDECIDED_COLUMNS
    ]
    emit(heads, ([_cell(row, c) for c in _UNDECIDED_COLUMNS] for row in shown), as_csv)
    if not as_csv:
        more = f"; the table has the first {_SHOWN}, --csv and --json all" * (len(rows) > _SHOWN)
        say(f"{len(rows):,} pairs of listings in force may be one party and were not joined{more}.")
        say("Decide with: sanctrail register join LEFT RIGHT (or: split LEFT RIGHT)")
        say_used(register)


def _cell(row: dict[str, Any], column: str) -> Any:
    if column == "reasons":
        return "; ".join(row["reasons"])
    return f"{row['score']:.4f}" if column == "score" else row[column]


def _names(register: "Register") -> dict[str, str]:
    return {row["listing_id"]: row["primary_name"] for row in register.rows("listings")}


def decided(
    workspace: Workspace,
    forget: Annotated[
        tuple[str, str] | None,
        typer.Option("--forget", help="Take back what was decided about two listing ids."),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show what was decided about parties, or take a decision back.

    Example: sanctrail register decided
    """
    from sanctrail.parties.deciding import take_back  # noqa: PLC0415
    from sanctrail.parties.decisions import read_decisions  # noqa: PLC0415

    if forget is not None:
        gone = take_back(workspace, *forget)
        _say_decided([gone], as_json=as_json, told="This is taken back; the lists decide again.")
        return
    rows = [asdict(one) for one in read_decisions(workspace)]
    if as_json:
        print_json({"decisions": rows})
        return
    emit(_DECISION_COLUMNS, ([row[c] for c in _DECISION_COLUMNS] for row in rows), as_csv)
    if not as_csv:
        say(f"{len(rows):,} decisions, kept in {workspace / 'decisions.csv'}.")


def joining(
    workspace: Workspace,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="Pairs labelled by reading: left, right, verdict, reason."),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Measure how well listings are joined where lists cite each other, with that hidden.

    Example: sanctrail register joining
    """
    from sanctrail.parties.measuring import (  # noqa: PLC0415
        against_labels,
        against_references,
        join_without_references,
        read_labelled,
    )

    labelled = read_labelled(labels) if labels is not None else []
    register = open_register(workspace, None)
    trial, profiles = join_without_references(register)
    measured, absent = against_labels(trial, labelled)
    measured = [*against_references(trial, profiles), *measured]
    if as_json:
        groups = [_measured_document(one) for one in measured]
        print_json({**used(register), "measured": groups, "labels_not_held": absent})
        return
    if as_csv:
        rows = [{"group": m.group, **asdict(e)} for m in measured for e in m.errors]
        emit(_ERROR_COLUMNS, ([_cell(row, c) for c in _ERROR_COLUMNS] for row in rows), as_csv)
        return
    heads = ("pairs of", "#right", "#joined", "#precision", "#known", "#recall")
    emit(heads, map(_measured_row, measured), as_csv)
    for one in measured:
        for error in one.errors:
            say_long(f"{one.group}, {_told(error)}")
    if absent:
        say(f"{absent:,} labelled pairs are of listings that this register never held.")
    say_used(register)


_ERROR_COLUMNS = ("group", "error", "left", "left_name", "right", "right_name", "score", "reasons",
                  "note")  # fmt: skip


def _measured_row(one: "Measured") -> list[Any]:
    return [
        one.group,
        f"{one.precision.count:,}",
        f"{one.precision.of:,}",
        _percent(one.precision),
        f"{one.recall.of:,}",
        _percent(one.recall),
    ]


def _percent(rate: "Rate") -> str:
    return f"{rate.share:.1%} ({rate.low:.1%} to {rate.high:.1%})" if rate.of else "none"


def _told(error: "Judged") -> str:
    reasons = "; ".join((*error.reasons, *filter(None, (error.note,))))
    pair = f"{error.left} {error.left_name} and {error.right} {error.right_name}"
    return f"{error.error} ({error.score:.4f}): {pair}: {reasons or 'nothing in common was found'}"


def _measured_document(one: "Measured") -> dict[str, Any]:
    return {
        "group": one.group,
        "precision": one.precision.as_dict(),
        "recall": one.recall.as_dict(),
        "errors": [asdict(error) for error in one.errors],
    }


def _say_decided(decisions: "list[Decision]", *, as_json: bool, told: str) -> None:
    if as_json:
        print_json({"decisions": [asdict(one) for one in decisions], "told": told})
        return
    for one in decisions:
        verb = {"join": "joined with", "split": "split from"}[one.decision]
        say(f"{one.left} {verb} {one.right}")
    say(told)
