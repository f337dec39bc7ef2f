"""Preparing a name for comparison: one order, folded tokens, and how much each token says."""

from dataclasses import dataclass
from functools import lru_cache

from sanctrail.text.fold import fold

_ORGANISATION_FORMS = {
    "limited": "ltd",
    "ltda": "ltd",
    "company": "co",
    "corporation": "corp",
    "incorporated": "inc",
    "aktiengesellschaft": "ag",
    "ooo": "llc",
    "oao": "jsc",
    "pao": "jsc",
    "zao": "jsc",
    "ao": "jsc",
    "pjsc": "jsc",
    "ojsc": "jsc",
    "cjsc": "jsc",
    "brothers": "bros",
}
_FORMS = frozenset(
    {"ltd", "co", "corp", "inc", "ag", "llc", "jsc", "gmbh", "sa", "sarl", "srl", "spa", "bv", "nv",
     "plc", "kg", "oy", "ab", "as", "fze", "fzc", "fzco", "pte", "pvt", "sdn", "bhd", "llp", "lp"}
)  # fmt: skip
_PARTICLES = frozenset(
    {"al", "el", "bin", "bint", "ibn", "ben", "abu", "abd", "ul", "ur", "u", "de", "del", "der",
     "van", "von", "da", "dos", "la", "le", "the", "of", "and", "for", "mr", "mrs", "dr", "haji",
     "hajji", "mullah", "maulavi", "mawlawi", "sheikh", "shaykh", "general", "sayyid"}
)  # fmt: skip
FORM_WEIGHT = 0.15
PARTICLE_WEIGHT = 0.4
INITIAL_WEIGHT = 0.6


@dataclass(frozen=True, slots=True)
class PreparedName:
    """A name ready for comparison.

    `tokens` are folded words in natural order (`Kim, Jong Un` is put as `jong un kim`) with
    organisation forms made one (`Limited` is `ltd`), `written` the same in the order written;
    `weights` says how much each token tells, 1.0 for an ordinary word; `joined` is the name
    without spaces in both orders, `ordered` its tokens sorted.
    """

    text: str
    tokens: tuple[str, ...]
    written: tuple[str, ...]
    weights: tuple[float, ...]
    joined: frozenset[str]
    ordered: tuple[str, ...]


@lru_cache(maxsize=1 << 16)
def prepare(text: str) -> PreparedName:
    """Return the prepared form of a name in any script."""
    folded = fold(text)
    natural = fold(_natural_order(text))
    written, tokens = _tokens(folded), _tokens(natural)
    weights = tuple(_weight(token) for token in tokens)
    joined = frozenset((folded.replace(" ", ""), natural.replace(" ", "")))
    return PreparedName(text, tokens, written, weights, joined, tuple(sorted(tokens)))


def _tokens(folded: str) -> tuple[str, ...]:
    return tuple(_ORGANISATION_FORMS.get(word, word) for word in folded.split())


def _natural_order(text: str) -> str:
    """Put `Family, Given` as `Given Family`; two commas or more are left as they stand."""
    family, comma, given = text.partition(",")
    if not comma or "," in given or fold(given) in _FORMS:
        return text
    return f"{given} {family}"


def _weight(token: str) -> float:
    if token in _FORMS:
        return FORM_WEIGHT
    if token in _PARTICLES:
        return PARTICLE_WEIGHT
    return INITIAL_WEIGHT if len(token) == 1 else 1.0
