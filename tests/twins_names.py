"""Slow obvious name comparison, in plain Python over words, sets and lists.

The judges of the kernels. They share tables of data and named limits with them, and no code.
"""

from dataclasses import dataclass
from math import exp

import numpy as np

from sanctrail.names import align, kinds, likeness, measure, neighbours, score, sound
from sanctrail.names.lexicon import Lexicon
from sanctrail.text.countries import country_code
from sanctrail.text.fold import script_of
from sanctrail.text.korean import korean_key

VOWELS = "aeiou"
LIGHT = {
    likeness.TITLE, likeness.ARTICLE, likeness.PARTICLE, likeness.FORM, likeness.NUMBER
}  # fmt: skip


@dataclass(frozen=True)
class TwinWord:
    """A word with all that is known of it."""

    latin: str
    kind: int
    han: str
    unwritten: bool
    weight: float
    info: float

    @property
    def letters(self):
        return self.latin[: likeness.MAX_LETTERS]

    @property
    def skeleton(self):
        return skeleton(self.letters)[: likeness.MAX_LETTERS]

    @property
    def korean(self):
        if self.kind != likeness.ORDINARY or script_of(self.han) == "Hani":
            return ""
        return korean_key(self.latin)

    @property
    def syllable(self):
        if self.kind != likeness.ORDINARY or self.unwritten:
            return False
        read = kinds.syllable_count(self.latin)
        key = korean_key(self.latin)
        return read == 1 or (not read and bool(key) and "-" not in key)

    @property
    def place(self):
        return country_code(self.latin) if len(self.latin) > 3 else ""

    @property
    def number(self):
        if self.kind != likeness.NUMBER:
            return -1
        return int(self.latin) if self.latin.isdigit() else kinds.numbers()[self.latin]

    @property
    def nicknames(self):
        return set(kinds.groups("nicknames").get(self.latin, ())[: likeness.GROUPS])

    @property
    def kin(self):
        if self.kind == likeness.GENERIC:
            group = kinds.generic_groups().get(self.latin, "")
            return {group} if group else set()
        return set(kinds.groups("name_equivalents").get(self.latin, ())[: likeness.GROUPS])


def twin_words(names):
    """Return the twin words of each prepared name, weights and rarities as the program has them."""
    lexicon = Lexicon()
    lexicon.number_all(names)
    facts = lexicon.table().facts
    made = {
        word: TwinWord(
            word.latin, word.kind, word.han, word.unwritten, one["weight"], one["info"]
        )
        for word, one in zip(lexicon.words, facts, strict=True)
    }  # fmt: skip
    return [[made[word] for word in name.words] for name in names]


# Edits and sounds.


def osa(a, b):
    """Edits between two words, a swap of neighbours being one: every row of the table kept."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if i == 0 or j == 0:
                table[i][j] = i + j
                continue
            ways = [
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
            ]
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                ways.append(table[i - 2][j - 2] + 1)
            table[i][j] = min(ways)
    return table[len(a)][len(b)]


def _fits(rule, text, at):
    """Tell whether a rule (what is read, what must follow) stands in a text."""
    wanted = rule.replace("|", "")
    if at + len(wanted) > len(text):
        return False
    return all(
        text[at + k] in VOWELS if one == "V" else text[at + k] == one
        for k, one in enumerate(wanted)
    )


def skeleton(word):
    """Sounds of a word: at each place the longest rule that fits, doubled sounds once."""
    text, at, out = f"^{word}$", 0, ""
    while at < len(text):
        fitting = [rule for rule in sound.RULES if _fits(rule, text, at)]
        if fitting:
            rule = max(fitting, key=lambda one: len(one.replace("|", "")))
            read, made = len(rule.partition("|")[0]), sound.RULES[rule]
        else:
            read, made = 1, "" if text[at] in "^$" else text[at]
        for one in made:
            if not out.endswith(one):
                out += one
        at += read
    return out


def sound_distance(a, b, unwritten=False):
    """Distance of two skeletons in hundredths, by the costs of dropping and of swapping."""
    drop = sound.DROP_UNWRITTEN if unwritten else sound.DROP
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            ways = []
            if i:
                ways.append(table[i - 1][j] + drop[ord(a[i - 1])])
            if j:
                ways.append(table[i][j - 1] + drop[ord(b[j - 1])])
            if i and j:
                ways.append(table[i - 1][j - 1] + sound.SWAP[ord(a[i - 1]), ord(b[j - 1])])
            table[i][j] = int(min(ways, default=0))
    return table[len(a)][len(b)]


# Likeness of two words.


def letters_likeness(x, y):
    longest = max(len(x), len(y))
    cost = likeness.SHORT_COST if longest <= likeness.SHORT else 0.0
    return 1.0 - osa(x, y) / longest - cost


def sounds_likeness(u, v, unwritten=False):
    longest = max(len(u), len(v))
    if not longest:
        return 0.0
    return likeness.SOUND_CEILING * (1.0 - sound_distance(u, v, unwritten) / (100.0 * longest))


def alike(a, b, floor):
    """How alike two words are, and how: every reading tried, the best taken."""
    found, how = _read(a, b)
    return (found, how) if found >= floor or how in _CERTAIN else (0.0, likeness.DIFFERENT)


_CERTAIN = (likeness.HOMOPHONE, likeness.SAME, likeness.NUMERAL, likeness.AS_INITIAL)


def _read(a, b):  # noqa: PLR0911
    x, y = a.letters, b.letters
    if a.han and b.han and a.han != b.han:
        return (likeness.HOMOPHONE_LIKENESS if x == y else 0.0), likeness.HOMOPHONE
    if x == y:
        if bool(a.han) != bool(b.han) or a.unwritten != b.unwritten:
            return likeness.ROMANISED_SAME, likeness.ROMANISED
        return 1.0, likeness.SAME
    if a.number >= 0 or b.number >= 0:
        return (0.98, likeness.NUMERAL) if a.number == b.number else (0.0, likeness.DIFFERENT)
    if a.place and b.place and a.place != b.place:
        return 0.0, likeness.DIFFERENT
    if len(x) == 1 or len(y) == 1:
        if x[0] == y[0]:
            return likeness.INITIAL_LIKENESS, likeness.AS_INITIAL
        return 0.0, likeness.DIFFERENT
    return _read_whole(a, b)


def _read_whole(a, b):
    readings = []  # of equals the first counts
    korean = a.korean and a.korean == b.korean
    unwritten = a.unwritten != b.unwritten
    longest = max(len(a.letters), len(b.letters))
    if a.nicknames & b.nicknames:  # what is a nickname is called so
        readings.append(
            (likeness.ROMANISED_LIKENESS if korean else likeness.NICKNAME_LIKENESS,
             likeness.NICKNAME)
        )  # fmt: skip
    elif korean:
        readings.append((likeness.ROMANISED_LIKENESS, likeness.ROMANISED))
    elif a.kin & b.kin:
        readings.append((likeness.EQUIVALENT_LIKENESS, likeness.EQUIVALENT))
    readings.append((letters_likeness(a.letters, b.letters), likeness.TYPO))
    short = longest <= likeness.SHORT_SOUND and not unwritten
    ceiling = likeness.SHORT_SOUND_CEILING if short else likeness.SOUND_CEILING
    by_sound = min(ceiling, sounds_likeness(a.skeleton, b.skeleton, unwritten))
    if unwritten:
        by_sound = 1.0 - likeness.UNWRITTEN_DOUBT * (1.0 - by_sound)
    if unwritten or strangers(a.letters, b.letters) <= likeness.STRANGE * longest:
        readings.append((by_sound, likeness.SOUND))
    best, how = max(readings, key=lambda reading: reading[0])
    if best < likeness.ALIKE_ENOUGH and max(a.info, b.info) < likeness.COMMON and not unwritten:
        best *= likeness.COMMON_DIFFER
    if a.syllable and b.syllable and not korean:
        best *= likeness.SYLLABLES_DIFFER
    return best, how


def strangers(x, y):
    """Letters of one word that the other lacks; digits stand with the letters of their bits."""
    a, b = ({ord(one) & 63 for one in word} for word in (x, y))
    return max(len(a - b), len(b - a))


# Words near a word.


def keys(word):
    """All that a word is filed under, as (sort, value)."""
    letters = word.letters
    found = {("letters", letters)}
    if word.han:
        return found | ({("korean", word.korean)} if word.korean else set())
    if word.kind in LIGHT | {likeness.INITIAL}:
        return found
    size = len(letters)
    if size >= neighbours.ONE_DELETION:
        found |= {("letters", letters[:k] + letters[k + 1 :]) for k in range(size)}
    if size >= neighbours.TWO_DELETIONS and word.kind != likeness.UNKNOWN:
        found |= {
            ("letters", letters[:k] + letters[k + 1 : m] + letters[m + 1 :])
            for m in range(size)
            for k in range(m)
        }
    found.add(("sound", word.skeleton))
    if word.kind == likeness.UNKNOWN:
        return found
    left = consonants(word.skeleton)
    if len(left) >= neighbours.FEWEST_CONSONANTS or word.unwritten:
        found.add(("consonants", left))
    if len(left) >= neighbours.CONSONANTS_LESS_ONE:
        found |= {("consonants", left[:k] + left[k + 1 :]) for k in range(len(left))}
    if word.korean:
        found.add(("korean", word.korean))
    found |= {("nickname", group) for group in word.nicknames}
    return found | {("kin", group) for group in word.kin}


def consonants(skeleton_):
    """The consonants of a skeleton, voiced and voiceless as one; W only where it begins."""
    coarse = dict(("Hh", "Gg", "Jj", "Cj", "Xs", "zs", "kg", "td", "pb", "vf", "Wf"))
    out = ""
    for place, one in enumerate(skeleton_):
        silent = one in "aiuY" or (one == "W" and place > 0)
        if not silent and not out.endswith(coarse.get(one, one)):
            out += coarse.get(one, one)
    return out


def near(asked, words):
    """Return the places of the words that share a key with a word and are like it, and how like."""
    drawers = {}
    for place, word in enumerate(words):
        for key in keys(word):
            drawers.setdefault(key, set()).add(place)
    met = set().union(*(drawers.get(key, set()) for key in keys(asked)))
    alikes = {place: alike(asked, words[place], neighbours.NEAR_FLOOR)[0] for place in met}
    return {place: one for place, one in alikes.items() if one >= neighbours.NEAR_FLOOR}


# Alignment.


@dataclass(frozen=True)
class TwinPair:
    """Words of ours by place with words of theirs, how, and likeness in thousandths."""

    ours: range
    theirs: range
    how: int
    likeness: int
    key: float


def may_meet(a, b):
    names = {likeness.TITLE, likeness.ORDINARY}
    if a.kind == b.kind or {a.kind, b.kind} <= names:
        return True
    return a.kind not in LIGHT and b.kind not in LIGHT


def singles(ours, theirs):
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            if not may_meet(a, b):
                continue
            found, how = alike(a, b, align.PAIR_FLOOR)
            if how != likeness.DIFFERENT and found >= align.PAIR_FLOOR:
                key = found * (a.weight + b.weight) - 1e-4 * abs(i - j)
                yield TwinPair(
                    range(i, i + 1), range(j, j + 1), how, round(1000 * found), float(key)
                )


def joins(ours, theirs):
    for first in range(len(ours)):
        for end in range(first + 2, min(first + align.MAX_JOINED, len(ours)) + 1):
            weight = sum(word.weight for word in ours[first:end])
            for j, b in enumerate(theirs):
                found = joined_likeness(ours[first:end], b)
                if found >= align.JOIN_FLOOR:
                    key = found * (weight + b.weight) - 1e-4 * abs(first - j)
                    yield TwinPair(
                        range(first, end), range(j, j + 1), likeness.JOINED,
                        round(1000 * found), float(key),
                    )  # fmt: skip


def joined_likeness(parts, whole):
    x, y = "".join(word.letters for word in parts), whole.letters
    if len(x) > likeness.MAX_LETTERS or abs(len(x) - len(y)) > 3 or len(x) < 3:
        return 0.0
    if x == y:
        return 0.99
    if any(word.kind in LIGHT - {likeness.ARTICLE, likeness.PARTICLE} | {likeness.INITIAL}
           for word in parts):  # fmt: skip
        return 0.0
    best = letters_likeness(x, y) - 0.02
    u, v = skeleton(x), whole.skeleton
    if len(u) <= likeness.MAX_LETTERS and abs(len(u) - len(v)) <= 3:
        best = max(best, sounds_likeness(u, v) - 0.02)
    return best


def choose(pairs):
    """Take pairs best first as long as their words are free."""
    chosen, mine, other = [], set(), set()
    for pair in sorted(pairs, key=lambda one: -one.key):
        if mine.isdisjoint(pair.ours) and other.isdisjoint(pair.theirs):
            chosen.append(pair)
            mine |= set(pair.ours)
            other |= set(pair.theirs)
    return chosen


def explained(chosen, ours, theirs):
    mine = {i: pair for pair in chosen for i in pair.ours}
    other = {j: pair for pair in chosen for j in pair.theirs}
    value = 0.0
    for words, met in ((ours, mine), (theirs, other)):
        for place, word in enumerate(words):
            held = met[place].likeness / 1000 if place in met else -align.LEFT_COST
            value += held * float(word.weight)
    return value


def aligned(ours, theirs):
    """Return the chosen pairs of two names: words joined only where that explains more."""
    single = list(singles(ours, theirs))
    turned = (
        TwinPair(pair.theirs, pair.ours, pair.how, pair.likeness, pair.key)
        for pair in joins(theirs, ours)
    )
    everything = [*single, *joins(ours, theirs), *turned]
    plain = choose(single)
    if len(everything) > len(single):
        joined = choose(everything)
        if explained(joined, ours, theirs) > explained(plain, ours, theirs):
            return joined
    return plain


WHOLE = {likeness.ORDINARY, likeness.SERVANT}
AGAINST = WHOLE | {likeness.INITIAL, likeness.GENERIC}


def measured(ours, theirs, chosen, our_family=-1, their_family=-1):
    """Return the measures of an alignment by their numbers in `align`."""
    left = [
        [place for place in range(len(words)) if place not in taken]
        for words, taken in (
            (ours, {i for pair in chosen for i in pair.ours}),
            (theirs, {j for pair in chosen for j in pair.theirs}),
        )
    ]
    m = np.zeros(measure.MEASURES)
    m[measure.WORST] = 1.0
    same = bool(chosen)
    for pair in chosen:
        a, b = [ours[i] for i in pair.ours], [theirs[j] for j in pair.theirs]
        how_like = pair.likeness / 1000
        weight = float(sum(word.weight for word in [*a, *b]))
        m[measure.MET] += weight * how_like
        m[measure.FULL] += weight
        info = min(sum(word.info for word in a), sum(word.info for word in b))
        info *= max(0.0, 2 * how_like - 1)
        if pair.how == likeness.ROMANISED and a[0].han != b[0].han:
            info *= measure.ROMANISED_INFO
        m[measure.EVIDENCE] += info
        if any(w.kind in WHOLE for w in a) and any(w.kind in WHOLE for w in b):
            m[measure.WORST] = min(m[measure.WORST], how_like)
            m[measure.PAIRS] += 1
        same &= how_like > measure.ALL_BUT_SAME and pair.how in (likeness.SAME, likeness.JOINED)
    straight = all(
        (p.ours[0] < q.ours[0]) == (p.theirs[0] < q.theirs[0])
        for p in chosen for q in chosen if p is not q
    )  # fmt: skip
    rest = [[words[k] for k in places] for words, places in zip((ours, theirs), left, strict=True)]
    whole = all(word.kind == likeness.TITLE for word in (*rest[0], *rest[1]))
    written = _written(ours) == _written(theirs) and bool(ours) and bool(theirs)
    m[measure.INITIALS] = sum(pair.how == likeness.AS_INITIAL for pair in chosen)
    m[measure.ALL_SAME] = (same and whole) or written
    one_parted = (our_family >= 0) != (their_family >= 0)
    ordered = straight or (one_parted and _rotated(chosen))
    m[measure.EXACT] = (same and ordered and whole) or written
    m[measure.LEFT_OURS], m[measure.LEFT_THEIRS] = (sum(float(w.weight) for w in s) for s in rest)
    m[measure.AGAINST] = min(
        sum(float(w.weight) for w in side if w.kind in AGAINST) for side in rest
    )
    m[measure.NUMBERS_DIFFER] = _numbers_differ(ours, theirs, rest)
    m[measure.TURNED] = _turned(ours, theirs, chosen)
    m[measure.FAMILY_LEFT] = our_family in left[0] or their_family in left[1]
    m[measure.ENDS_LEFT] = sum(
        place in places
        for words, places in zip((ours, theirs), left, strict=True)
        for place in _ends(words)
    )
    return m


def _rotated(chosen):
    """Tell whether the other name begins somewhere within and goes on around."""
    order = [pair.theirs[0] for pair in sorted(chosen, key=lambda pair: pair.ours[0])]
    turns = [order[k:] + order[:k] for k in range(len(order))]
    return sorted(order) in turns


def _written(words):
    return [(letter, word.han, word.unwritten) for word in words for letter in word.letters]


def _ends(words):
    whole = [place for place, word in enumerate(words) if word.kind in WHOLE]
    return {whole[0], whole[-1]} if whole else set()


def _numbers_differ(ours, theirs, rest):
    numbers = [[w.number for w in side if w.kind == likeness.NUMBER] for side in rest]
    firm = any(w.kind in (likeness.FORM, likeness.GENERIC) for w in (*ours, *theirs))
    lone = [w for side in rest for w in side if w.kind == likeness.NUMBER and w.number != 1]
    second = any(firm or not set(w.letters) <= set("ivx") for w in lone)
    return (bool(numbers[0]) and bool(numbers[1])) or second


def _turned(ours, theirs, chosen):
    """Tell whether two words changed sides of a particle: A bin B against B bin A."""
    wholly = all(
        (p.ours[0] < q.ours[0]) != (p.theirs[0] < q.theirs[0])
        for p in chosen for q in chosen if p is not q
    )  # fmt: skip
    if wholly and len(chosen) > measure.MAX_TURNED:
        return False
    told = [p for p in chosen if theirs[p.theirs[0]].kind != likeness.PARTICLE]
    return any(
        any(p.ours[0] < i and p.theirs[0] > j for p in told)
        and any(p.ours[0] > i and p.theirs[0] < j for p in told)
        for i, a in enumerate(ours) if a.kind == likeness.PARTICLE
        for j, b in enumerate(theirs) if b.kind == likeness.PARTICLE
    )  # fmt: skip


# From measures to a score.


def scored(m):
    """Return the score of measures: each term by its name, times its weight."""
    both = min(m[measure.LEFT_OURS], m[measure.LEFT_THEIRS])
    ours, theirs = m[measure.LEFT_OURS] - both, m[measure.LEFT_THEIRS] - both
    total = max(m[measure.FULL] + 2 * both + ours + theirs, 1e-9)
    unlike = 1 - m[measure.MET] / m[measure.FULL] if m[measure.FULL] > 0 else 1.0
    worst = 1 - m[measure.WORST]
    if m[measure.FULL] == 0 and not m[measure.EXACT]:
        return 0.0
    terms = {
        score.BASE: 1.0,
        score.UNLIKE: unlike,
        score.LEFT_BY_US: ours / total,
        score.LEFT_BY_THEM: theirs / total,
        score.WORST_PAIR: worst,
        score.WORST_FAR: max(worst - 0.25, 0.0),
        score.RARE: min(m[measure.EVIDENCE], 10.0) / 10,
        score.VERY_RARE: min(max(m[measure.EVIDENCE] - 10.0, 0.0), 8.0) / 10,
        score.COMMON: max(0.0, 7.0 - m[measure.EVIDENCE]),
        score.WORDS_MET: min(m[measure.PAIRS], 5.0),
        score.WHOLE: unlike if ours + theirs + both < 0.4 else 0.0,
        score.ENDS: m[measure.ENDS_LEFT],
        score.FAMILY: m[measure.FAMILY_LEFT],
        score.CONTRARY: m[measure.AGAINST],
    }
    assert len(terms) == score.TERMS
    found = 1 / (1 + exp(-sum(score.WEIGHTS[term] * value for term, value in terms.items())))
    if m[measure.EXACT]:
        steps = min(m[measure.EVIDENCE], score.MOST_STEPS)
        return max(found, score.EXACT_FLOOR + score.EXACT_STEP * steps)
    thin = (
        m[measure.INITIALS] == 1
        and m[measure.PAIRS] < 2
        and m[measure.EVIDENCE] < score.RARE_ENOUGH
    )
    contradicted = (
        thin
        or m[measure.AGAINST] > score.DIFFERENT_WORD
        or m[measure.WORST] < score.WORST_BEARABLE
        or m[measure.TURNED]
        or m[measure.NUMBERS_DIFFER]
    )
    return score.CONTRADICTED * found if contradicted else found


def compared(ours, theirs):
    """Return the score of two prepared names."""
    a, b = twin_words([ours, theirs])
    a, b = a[: align.MAX_WORDS], b[: align.MAX_WORDS]
    return scored(measured(a, b, aligned(a, b), ours.family, theirs.family))
