"""The auditor's page: what is matched, by what method, how well it was measured to work."""

from collections.abc import Iterator
from math import exp

from sanctrail.evidence import weighing
from sanctrail.evidence.identifiers import SORTS
from sanctrail.names.score import CONTRADICTED
from sanctrail.screening.evaluation import told
from sanctrail.screening.evaluation.cases import DAMAGED, INVENTED, LEFT_OUT
from sanctrail.screening.evaluation.measure import positives
from sanctrail.screening.evaluation.pages import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    Picture,
    Table,
    Verbatim,
)
from sanctrail.screening.evaluation.run import Evaluation
from sanctrail.screening.screen import SUPPORT

TITLE = "How screening was measured"
PICTURE = "curve.svg"
_EXAMPLES = 3


def audit_blocks(found: Evaluation, picture: str, command: str) -> list[Block]:
    """Return the page as blocks, the same for the same evaluation."""
    return [
        *_opening(found),
        *_lists(found),
        *_matched(),
        *_method(found),
        *_recall(found),
        *_alarms(found),
        *_curve(found, picture),
        *_reliability(found),
        *_weaknesses(found),
        *_limits(found),
        *_repeating(found, command),
    ]


def _opening(found: Evaluation) -> Iterator[Block]:
    yield Paragraph(told.summary(found))
    yield Paragraph(
        f"Measured with {found.about['program']} on {found.about['parties']:,} listed parties "
        f"bearing {found.about['names']:,} names, with {len(found.outcomes):,} cases whose right "
        "answer is known."
    )


def _lists(found: Evaluation) -> Iterator[Block]:
    yield Heading("Lists screened against")
    rows = [
        (one["list_id"], one["list_date"], one["form"], one["file"], one["sha256"])
        for one in found.about["lists"]
    ]
    yield Table(("list", "date of the list", "layout", "file", "SHA-256 of its content"), rows)
    if found.about["as_of"]:
        yield Paragraph(f"As the lists stood on {found.about['as_of']}.")


def _matched() -> Iterator[Block]:
    yield Heading("What is matched, and what is not")
    yield Table(("what", "how"), _matched_rows())


def _matched_rows() -> list[tuple[str, str]]:
    told_of = {
        "name": "Decides. Every name of a party counts: primary, alias, former, original "
        "script. A name that its list calls weak makes a hit only when it is the same.",
        "birth date": f"The same day multiplies the odds by {_times(weighing.BORN_SAME_DAY)}, the "
        f"same year by {_times(weighing.BORN_OVERLAPS)}; several years apart divides them by "
        f"{_times(-weighing.BORN_APART)}, more than {weighing.YEARS_FAR} years by "
        f"{_times(-weighing.BORN_FAR_APART)}; a neighbouring year says nothing. Never a hit by "
        "itself.",
        "country": f"One tied to the party multiplies by {_times(weighing.COUNTRY_SAME)}, none "
        f"divides by {_times(-weighing.COUNTRY_OTHER)}.",
        "gender": f"The same multiplies by {_times(weighing.GENDER_SAME)}, the other divides by "
        f"{_times(-weighing.GENDER_OTHER)}.",
        "kind": "Person, entity, vessel or aircraft: another kind than asked divides by "
        f"{_times(-weighing.KIND_OTHER)}.",
        "identifiers": f"An equal number is identity and scores 1: {', '.join(SORTS)}, and "
        "wallet addresses. Where countries number alike the issuer must not differ.",
        "missing facts": "Weigh nothing: what a list or a customer file does not say neither "
        "helps nor harms.",
        "not matched": "Street addresses, places of birth, telephone numbers, e-mail and web "
        "addresses, pictures, ownership by listed parties, and the texts of remarks.",
    }
    return list(told_of.items())


def _times(weight: float) -> str:
    return f"{exp(weight):.3g}"


_STEPS = f"""
Names of every script are read as words in Latin letters, in the order in which their bearers say
them; titles, particles and legal forms are known as such.

The words of a query call up the listed names that bear a word of similar letters or sound; rare
words count for more than common ones.

The most promising names are laid beside the query word by word: the same, a slip of the pen, the
same sound, an initial, a nickname, joined or parted words.

What met, how rare it is and what is left over on either side is summed as log-odds and told as a
score between 0 and 1. A wholly different word, another number, or father and son changed about
multiply it by {CONTRADICTED}.

Birth date, country, gender and kind then raise or lower the score as said above; a name that alone
scores below {SUPPORT} is never raised to a hit.
"""


def _method(found: Evaluation) -> Iterator[Block]:
    yield Heading("Method")
    yield Bullets(tuple(" ".join(step.split()) for step in _STEPS.split("\n\n")))
    yield Paragraph(
        f"A hit is a party that scores {found.plan.threshold:.2f} or more. Each hit comes with the "
        "reasons for its score, word by word. The method is fixed arithmetic: nothing learns "
        "while it runs, and the same query on the same lists gives the same score."
    )


def _recall(found: Evaluation) -> Iterator[Block]:
    if not found.recall:
        return
    yield Heading(f"How many of the listed are found, at {found.plan.threshold:.2f}")
    yield Table(told.LINE_COLUMNS, told.line_rows(found.recall))
    if found.traits:
        yield Paragraph("The same cases by script, by what is listed and by whom:")
        yield Table(told.TRAIT_COLUMNS, told.trait_rows(found.traits))


def _alarms(found: Evaluation) -> Iterator[Block]:
    if found.alarms:
        yield Heading(f"How many innocents are troubled, at {found.plan.threshold:.2f}")
        yield Table(told.ALARM_COLUMNS, told.line_rows(found.alarms, 2))
    if found.confused:
        yield Paragraph(
            "Names that differ from a listed one in their number, and must not meet its bearer:"
        )
        yield Table(told.ALARM_COLUMNS, told.line_rows(found.confused))


def _curve(found: Evaluation, picture: str) -> Iterator[Block]:
    yield Heading("What other thresholds would give")
    yield Picture(picture, PICTURE, "Recall and false alarms by threshold")
    yield Paragraph("In figures, of {} and {}:".format(*found.rests_on))
    yield Table(told.CURVE_COLUMNS, told.curve_rows(found.curve))


def _reliability(found: Evaluation) -> Iterator[Block]:
    yield Heading("How far a hit can be trusted")
    yield Paragraph(told.reliability_told(found))
    if found.above.reliability is None:
        return
    yield Table(told.BAND_COLUMNS, told.band_rows(found.bands))
    yield Paragraph(
        f"The listed are of {found.rests_on[0]}, the innocents of {found.rests_on[1]}. Customers "
        "are counted by their best score. Measured: the share of right ones among the "
        "hits of these cases, of which many are of listed parties. At base rate: the same, "
        f"weighed as if {told.one_in(found.plan.base_rate)} customers were listed. At least: "
        "the same with the unfavourable end of every interval, which is what the number of "
        "cases can vouch for; more innocents narrow it."
    )


def _weaknesses(found: Evaluation) -> Iterator[Block]:
    yield Heading("Known weaknesses")
    if not found.weakest:
        yield Paragraph("No class of ten cases or more has a miss.")
        return
    yield Paragraph("The classes in which most of the listed are missed, with examples:")
    missed = [one for one in positives(found.outcomes) if not one.is_right(found.plan.threshold)]
    rows = []
    for line in found.weakest:
        own = [o for o in missed if (o.case.source, o.case.group) == (line.source, line.group)]
        examples = "; ".join(f"{one.case.query.name} ({one.case.party})" for one in own[:_EXAMPLES])
        share = told.percent(1 - line.rate.share)
        rows.append((line.source, line.group, share, f"{len(own):,}", examples))
    yield Table(("cases", "class", "#share missed", "#missed", "examples"), rows)


_LIMITS = {
    DAMAGED: "Damaged names are made by rule from listed names in Latin letters. They show which "
    "kinds of damage are borne; how often customers' names are damaged so they do not show.",
    INVENTED: "Invented people are made of the names of two listed people of one country. They "
    "are nearer to the lists than customers are, so that they overstate false alarms.",
    LEFT_OUT: "Aliases left out include names that have nothing in common with the party's other "
    "names. No comparison of names can find those; the table by likeness tells them apart.",
}


def _limits(found: Evaluation) -> Iterator[Block]:
    yield Heading("What this evidence does not show")
    sources = {one.case.source for one in found.outcomes}
    points = [text for source, text in _LIMITS.items() if source in sources]
    if found.problems:
        points.append(f"{len(found.problems):,} rows of the files could not be used in full.")
    points.append(
        "The share of listed parties among customers is assumed, not measured. Measure again with "
        "cases of your own, and whenever lists or program change."
    )
    yield Bullets(tuple(points))


def _repeating(found: Evaluation, command: str) -> Iterator[Block]:
    yield Heading("How to repeat it")
    yield Verbatim(command)
    yield Paragraph(
        f"With the lists above, {found.about['program']} and the seed {found.plan.seed} this gives "
        f"the same files byte for byte. The index of names was {found.about['index']}."
    )
    if found.files:
        rows = [(one.name, one.sha256, f"{one.size:,}") for one in found.files]
        yield Table(("file of cases", "SHA-256 of its content", "#bytes"), rows)
    yield Paragraph(
        "evaluation.json holds every figure, misses.csv and false_alarms.csv each wrong answer "
        "with its reasons."
    )
