"""Drawing hits: a table, or a small page for each that says all that was weighed."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sanctrail.cli.render import console, plain, print_table, say, say_long

if TYPE_CHECKING:
    from rich.text import Text

    from sanctrail.names import Comparison
    from sanctrail.screening import Hit

_WORDS = re.compile(r"[^\s,;:/()\[\]\"«»“”]+")
_NARROW = 110
"""Columns of a terminal under which a table of hits is not to be read."""

_MET, _TYPO, _AGAINST = "bold green", "bold yellow", "bold red"


def print_hits(hits: "Sequence[Hit]") -> None:
    """Print hits as a table, or on a narrow terminal below each other.

    On a terminal the words of the listed name show how they met.
    """
    if console().width < _NARROW:
        _print_below_each_other(hits)
        return
    print_table(
        (
            *("#score", "listing", "name on the list", "kind", "programme", "measures"),
            *("listed on", "why"),
        ),
        (
            (
                f"{hit.score:.3f}",
                _listed_as(hit),
                highlighted(hit.matched_name, hit.comparison),
                hit.party.kind,
                ", ".join(hit.party.programmes),
                ", ".join(hit.party.measures),
                hit.party.listed_on,
                hit.explanation,
            )
            for hit in hits
        ),
    )


def _print_below_each_other(hits: "Iterable[Hit]") -> None:
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    screen = console()
    for hit in hits:
        party = hit.party
        facts = (party.kind, *party.programmes, *party.measures, _since(party.listed_on))
        head = Text(f"{hit.score:.3f}  {_listed_as(hit)}  ")
        screen.print(head.append(highlighted(hit.matched_name, hit.comparison)))
        for line in ("; ".join(filter(None, facts)), hit.explanation):
            screen.print(Padding(Text(plain(line)), (0, 0, 0, 6), expand=False))


def _listed_as(hit: "Hit") -> str:
    """Return the listing that has the matched name, and the other regimes that list the party."""
    own = hit.listing_id.partition(":")[0]
    others = [regime for regime in hit.party.regimes if regime != own]
    return f"{hit.listing_id}, also {', '.join(others)}" if others else hit.listing_id


def _since(listed_on: str) -> str:
    return f"listed on {listed_on}" if listed_on else ""


def print_pages(hits: "Sequence[Hit]") -> None:
    """Print each hit as a small page: the sentence, word by word, what was weighed, evidence."""
    for number, hit in enumerate(hits):
        if number:
            say()
        party = hit.party
        say(f"{hit.score:.4f}  {_listed_as(hit)}  {hit.primary_name} ({party.kind})")
        say_long(f"{hit.explanation}.")
        several = hit.listing_ids if len(hit.listing_ids) > 1 else ()
        told = [
            ("listings", ", ".join(several)),
            ("programmes", ", ".join(party.programmes)),
            ("measures", ", ".join(party.measures)),
            ("listed on", party.listed_on),
        ]
        say_long("; ".join(f"{what}: {said}" for what, said in told if said))
        if hit.comparison is not None:
            print_comparison(hit.comparison, ("in the query", "on the list"))
            say(f"  score of the name alone: {hit.name_score:.4f}")
        _print_evidence(hit)


def print_comparison(comparison: "Comparison", sides: tuple[str, str]) -> None:
    """Print how two names met: word by word, what only one has, and what was weighed."""
    print_table(
        (*sides, "#likeness", "how"),
        (
            (pair.ours, _styled(pair.theirs, pair.how), f"{pair.likeness:.3f}", pair.how)
            for pair in comparison.pairings
        ),
    )
    left = (comparison.only_ours, comparison.only_theirs)
    for side, words in zip(sides, left, strict=True):
        if words:
            say(f"  only {side}: {' '.join(words)}")
    for reason in comparison.against:
        say(f"  against: {reason}")
    if comparison.weighed:
        say("  weighed, in log-odds:")
        for what, odds in comparison.weighed.items():
            say(f"    {odds:+6.2f}  {what}")


def _print_evidence(hit: "Hit") -> None:
    if hit.evidence:
        say("  evidence besides the name, in log-odds:")
    for one in hit.evidence:
        weight = f"{one.weight:+6.2f}" if abs(one.weight) < _IDENTITY else "  same"
        say(f"    {weight}  {one.about}: {one.reason}")


_IDENTITY = 50
"""A weight beyond this is no weight: the identifier names the party."""


def highlighted(name: str, comparison: "Comparison | None") -> "Text":
    """Return a listed name with its words marked: met, met by a slip, or against the query's."""
    from rich.text import Text  # noqa: PLC0415

    if comparison is None:
        return Text(plain(name))
    style = _styles(comparison)
    marked, at = Text(), 0
    for match in _WORDS.finditer(name):
        marked.append(plain(name[at : match.start()]))
        marked.append(plain(match[0]), style=_style_of(match[0], style))
        at = match.end()
    return marked.append(plain(name[at:]))


def _styles(comparison: "Comparison") -> dict[str, str]:
    """Return the style of each folded word of the listed name that says something."""
    styles = {
        word: _TYPO if pairing.how == "typo" else _MET
        for pairing in comparison.pairings
        for word in pairing.theirs.split()
    }
    if comparison.only_ours or comparison.against:  # words of both sides stand against each other
        styles.update(dict.fromkeys(comparison.only_theirs, _AGAINST))
    return styles


def _style_of(token: str, styles: dict[str, str]) -> str:
    """Return the worst style of a written word's folded words."""
    from sanctrail.names import prepare  # noqa: PLC0415

    found = {styles.get(word.latin, "") for word in prepare(token).words}
    return next((style for style in (_AGAINST, _TYPO, _MET) if style in found), "")


def _styled(text: str, how: str) -> "Text":
    from rich.text import Text  # noqa: PLC0415

    return Text(plain(text), style=_TYPO if how == "typo" else _MET)
