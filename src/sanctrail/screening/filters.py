"""Which hits are wanted, in a user's words: checked against what the register holds."""

from collections.abc import Iterable

from sanctrail.errors import InputError
from sanctrail.lists.records import KINDS, MEASURES
from sanctrail.register import Register
from sanctrail.register.programmes import is_known, is_under, topics
from sanctrail.screening.hits import Wanted


def read_wanted(
    register: Register,
    measures: Iterable[str] = (),
    regimes: Iterable[str] = (),
    programmes: Iterable[str] = (),
    kinds: Iterable[str] = (),
) -> Wanted:
    """Return which hits are wanted; case does not matter.

    A programme is a code as a list writes it, or a topic (DPRK) for all its codes. Raises
    `InputError` that lists what there is where a word is none of it.
    """
    held = {view.base["regime"] for view in register.views}
    return Wanted(
        measures=frozenset(_one_of("--measure", word, MEASURES) for word in measures),
        regimes=frozenset(_one_of("--regime", word, sorted(held)) for word in regimes),
        programmes=_programmes(register, list(programmes)),
        kinds=frozenset(_one_of("--hit-kind", word, KINDS) for word in kinds),
    )


def _one_of(option: str, word: str, known: Iterable[str]) -> str:
    found = {one.casefold(): one for one in known}
    try:
        return found[word.strip().casefold()]
    except KeyError:
        said = ", ".join(found.values())
        raise InputError(f"{option} '{word}' is none of: {said}.") from None


def _programmes(register: Register, words: list[str]) -> frozenset[str]:
    if not words:
        return frozenset()
    listings = register.rows("listings")
    held = {(row["regime"], code) for row in listings for code in row["programmes"]}
    wanted: set[str] = set()
    for word in words:
        codes = {code for regime, code in held if is_under(word, regime, [code])}
        if not codes:
            known = ", ".join(sorted({code for _, code in held})) or "none"
            topic = "a topic of which no programme is held" if is_known(word) else "not held"
            raise InputError(
                f"--programme '{word}' is {topic}. Topics: {', '.join(sorted(topics()))}; "
                f"programmes held: {known}."
            )
        wanted |= codes
    return frozenset(wanted)
