"""The monitor's gaps and lags as JSON, and as tables and sentences for people."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sanctrail.cli.render import emit, say, say_long

if TYPE_CHECKING:
    from fractions import Fraction

    from sanctrail.regimes.gaps import Gaps, Standing
    from sanctrail.regimes.lag import Lag, Lags

_SHOWN = 200
"""Rows that a table for people shows."""

GAP_COLUMNS = ("party_id", "listings", "kind", "name", "programmes", "listed_on", "listed_doubt",
                "date_from", "days", "perhaps", "was_listed_until", "skew_days")  # fmt: skip
LAG_COLUMNS = ("from", "to", "programme", "year", "parties", "earlier", "same_day", "later", "min",
                "lower_quartile", "median", "upper_quartile", "max")  # fmt: skip
PARTY_COLUMNS = ("from", "to", "party_id", "kind", "name", "programmes", "year", "from_listings",
                  "from_date", "from_date_from", "to_listings", "to_date", "to_date_from",
                  "days")  # fmt: skip


def gap_row(one: "Standing", found: "Gaps") -> dict[str, Any]:
    """Return one party missing, under the columns of `GAP_COLUMNS`."""
    return {
        "party_id": one.party_id,
        "listings": list(one.listings),
        "kind": one.kind,
        "name": one.name,
        "programmes": list(one.programmes),
        "listed_on": one.dated.day,
        "listed_doubt": one.dated.doubt,
        "date_from": one.dated.date_from,
        "days": one.days,
        "perhaps": list(one.perhaps),
        "was_listed_until": one.was_listed_until,
        "skew_days": found.skew.days,
    }


def gaps_document(found: "Gaps") -> dict[str, Any]:
    """Return a whole answer but for the lists it rests on."""
    skew = found.skew
    others = [
        {"list_id": list_id, "list_date": day, "days": days} for list_id, day, days in skew.others
    ]
    return {
        "from": found.there.name,
        "to": found.here.name,
        "programme": found.programme or None,
        "skew": {
            "from_list": skew.from_list,
            "from_date": skew.from_date,
            "to_list": skew.to_list,
            "to_date": skew.to_date,
            "days": skew.days,
            "within": skew.within,
            "farther_lists": others,
            "ask_as_of": skew.ask_as_of or None,
        },
        "counts": found.counts,
        "gaps": [gap_row(one, found) for one in found.rows],
    }


def show_gaps(found: "Gaps") -> None:
    """Print the parties missing, and how many stand how."""
    shown = found.rows[:_SHOWN]
    emit(
        ("!party", "kind", "name", "programmes", "!listed on", "#days", "note"),
        (
            [
                one.party_id,
                one.kind,
                one.name,
                one.programmes,
                one.dated.day,
                one.days,
                "; ".join(_notes(one, found)),
            ]
            for one in shown
        ),
        as_csv=False,
    )
    _say_more(len(found.rows) - len(shown))
    say_long(_counted(found))


def _notes(one: "Standing", found: "Gaps") -> Iterable[str]:
    own = [listing for listing in one.listings if listing != one.party_id]
    if own:
        yield f"as {', '.join(own)}"
    if one.perhaps:
        yield f"perhaps {', '.join(one.perhaps)}"
    if one.was_listed_until:
        yield f"was listed by {found.here.name} until {one.was_listed_until}"
    if one.days is not None and one.days < 0:
        yield f"listed after {found.skew.to_list} of {found.skew.to_date}"
    if one.dated.doubt and one.dated.day:
        yield "listed at the latest then"
    if one.dated.date_from:
        yield f"day from {one.dated.date_from}"


def _counted(found: "Gaps") -> str:
    counts, here = found.counts, found.here.name
    under = f" under {found.programme}" if found.programme else ""
    said = (
        f"{counts['listed_there']:,} parties listed by {found.there.name}{under}; "
        f"{counts['listed_in_both']:,} by {here} too; {counts['missing']:,} missing there"
    )
    if counts["perhaps_not_joined"]:
        said += (
            f", of them {counts['perhaps_not_joined']:,} perhaps only not joined (see: sanctrail "
            "register undecided)"
        )
    for key, words in (
        ("was_listed_before", f"were listed by {here} before"),
        ("later", f"were listed after {found.skew.to_list} of {found.skew.to_date}"),
    ):
        if counts[key]:
            said += f"; {counts[key]:,} of the missing {words}"
    if counts["listed_under_another_programme"]:
        said += (
            f"; {counts['listed_under_another_programme']:,} listed there under another programme"
        )
    return f"{said}."


def lags_document(found: "Lags", *, each: bool) -> dict[str, Any]:
    """Return a whole answer but for the lists it rests on; `each` adds the parties."""
    from sanctrail.regimes.lag import RULE  # noqa: PLC0415

    left_out = [
        {"from": one, "to": other, "reason": reason, "parties": count}
        for (one, other, reason), count in found.left_out.items()
    ]
    return {
        "programme": found.programme or None,
        "rule": RULE,
        "repeat_the_un_day": list(found.repeating()),
        "left_out": left_out,
        "lags": figures(found),
        **({"parties": party_rows(found)} if each else {}),
    }


def figures(found: "Lags") -> list[dict[str, Any]]:
    """Return the summaries under the columns of `LAG_COLUMNS`."""
    return [
        {
            "from": one.there,
            "to": one.here,
            "programme": one.programme,
            "year": one.year,
            "parties": one.parties,
            "earlier": one.earlier,
            "same_day": one.same_day,
            "later": one.later,
            "min": one.least,
            "lower_quartile": _halves(one.lower_quartile),
            "median": _halves(one.median),
            "upper_quartile": _halves(one.upper_quartile),
            "max": one.most,
        }
        for one in found.summaries()
    ]


def _halves(days: "Fraction") -> int | float:
    """Return whole or half days as a JSON number; a half is exact in binary."""
    return days.numerator if days.denominator == 1 else days.numerator / days.denominator


def party_rows(found: "Lags") -> list[dict[str, Any]]:
    """Return the lags themselves under the columns of `PARTY_COLUMNS`."""
    return [_party_row(one) for one in found.rows]


def _party_row(one: "Lag") -> dict[str, Any]:
    return {
        "from": one.there,
        "to": one.here,
        "party_id": one.party_id,
        "kind": one.kind,
        "name": one.name,
        "programmes": list(one.labels),
        "year": one.year,
        "from_listings": list(one.listings_there),
        "from_date": one.dated_there.day,
        "from_date_from": one.dated_there.date_from,
        "to_listings": list(one.listings_here),
        "to_date": one.dated_here.day,
        "to_date_from": one.dated_here.date_from,
        "days": one.days,
    }


def show_lags(rows: Sequence[dict[str, Any]], *, each: bool) -> None:
    """Print the figures, or each party."""
    shown = rows[:_SHOWN]
    keys: Sequence[str]
    heads: Sequence[str]
    keys, heads = (_PARTY_KEYS, _PARTY_HEADS) if each else (LAG_COLUMNS, _LAG_HEADS)
    emit(heads, ([row[key] for key in keys] for row in shown), as_csv=False)
    _say_more(len(rows) - len(shown))


_PARTY_KEYS = ("from", "to", "party_id", "name", "from_date", "to_date", "days")
_PARTY_HEADS = ("from", "to", "!party", "name", "!first day", "!second day", "#days")
_LAG_HEADS = ("from", "to", "programme", "year", "#parties", "#earlier", "#same day", "#later",
              "#min", "#25 %", "#median", "#75 %", "#max")  # fmt: skip


def say_left_out(found: "Lags") -> None:
    """Say how to read the days, and who has none."""
    from sanctrail.regimes.lag import RULE  # noqa: PLC0415

    say_long(f"Days from the first regime's listing to the second's; below 0 it was first. {RULE}")
    for (one, other, reason), count in found.left_out.items():
        parties = "1 party" if count == 1 else f"{count:,} parties"
        say_long(f"Left out of {one} to {other}: {parties} without an exact day ({reason}).")
    for name in found.repeating():
        say_long(
            f"{name} gives the UN's own day for parties that it took over from the UN: the same "
            "day there does not say how fast it acted."
        )
    others = sorted({d.date_from for one in found.rows for d in (one.dated_there, one.dated_here)})
    if any(others):
        say_long(f"Days also from versions not in force: {', '.join(filter(None, others))}.")


def _say_more(count: int) -> None:
    if count > 0:
        say(f"and {count:,} more; --csv and --json give all")
