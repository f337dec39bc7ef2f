"""Romanising the alphabets that write their vowels: Cyrillic, Greek, Armenian, Georgian.

Sources: ICAO Doc 9303 part 3 section 6 and the Russian, Ukrainian (Cabinet resolution 55 of 2010),
Bulgarian (Transliteration Act of 2009) and Macedonian passport usage; Serbian by Gaj's letters
without diacritics; Greek by ELOT 743; Armenian by BGN/PCGN; Georgian by the national system
of 2002. Each rule takes lower-case NFKC text and leaves what it does not know.
"""

import re
import unicodedata

from sanctrail.text.romanise_tables import letters

_CYRILLIC = letters(
    "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f"
    " х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya"
    " ґ=g є=ye і=i ї=yi ў=u ѐ=e ѝ=i ѓ=gj ѕ=dz ќ=kj ђ=dj ћ=c љ=lj њ=nj џ=dz ј=j"
    " ә=a ғ=g қ=k ң=n ө=o ұ=u ү=u һ=h ӣ=i ӯ=u ҳ=h ҷ=j җ=j ҹ=j ҝ=g ӑ=a ӗ=e ӊ=n ҡ=k ҫ=s ҙ=z ӏ="
    " ӂ=zh ӱ=u ӧ=o ӓ=a ѣ=e ѳ=f ѵ=i"
)
_UKRAINIAN = _CYRILLIC | letters("г=h и=y й=i ї=i")
_UKRAINIAN_STARTS = {"й": "y", "ї": "yi"}
_SERBIAN = _CYRILLIC | letters("ж=z х=h ц=c ч=c ш=s")
_UZBEK = _CYRILLIC | letters("ў=o")
_BULGARIAN = _CYRILLIC | letters("щ=sht х=h ъ=a")
_BULGARIAN_VOWEL = re.compile("(?<=[бвгджзклмнпрстфхцчшщ])ъ(?=[бвгджзклмнпрстфхцчшщ])|^ъ")
_ONLY_UKRAINIAN = frozenset("іїєґў")
_ONLY_SERBIAN = frozenset("ђћљњј")
_ONLY_MACEDONIAN = frozenset("ѓќѕ")
_ONLY_TURKIC = frozenset("әғқңөұүһҳҷӣӯ")
_HARD_ENDINGS = ("ий", "ый", "ій")


def cyrillic(word: str) -> str:
    """Romanise a Cyrillic word, its language told by the letters that only it has."""
    if word.endswith(_HARD_ENDINGS):
        word = word[:-2] + "ы"  # Георгий, Белый: one y, as people sign
    used = set(word)
    if used & _ONLY_TURKIC:
        return word.translate(_UZBEK)
    if used & _ONLY_UKRAINIAN:
        word = _UKRAINIAN_STARTS.get(word[0], word[0]) + word[1:]
        return word.replace("зг", "zgh").translate(_UKRAINIAN)
    if used & _ONLY_MACEDONIAN:
        return word.translate(_CYRILLIC)
    if used & _ONLY_SERBIAN:
        return word.translate(_SERBIAN)
    if "ъ" in used and _BULGARIAN_VOWEL.search(word):
        return word.translate(_BULGARIAN)
    return word.translate(_CYRILLIC)


_GREEK = letters(
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f"
    " χ=ch ψ=ps ω=o ϐ=v ϑ=th ϕ=f ϱ=r ϲ=s"
)
_GREEK_PAIRS = {"γγ": "ng", "γξ": "nx", "γχ": "nch", "ου": "ou"}
_GREEK_STARTS = {"μπ": "b", "ντ": "d", "γκ": "g"}
_GREEK_PAIR = re.compile("γγ|γξ|γχ|ου")
_GREEK_V = re.compile("([αεη])υ(?=[αβγδεζηιλμνορυωου])")
_GREEK_F = re.compile("([αεη])υ(?=[θκξπστφχψς]|$)")
_TREMA = {ord("ϋ"): "y", ord("ΰ"): "y", ord("ϊ"): "i", ord("ΐ"): "i"}
_ACCENTS = re.compile("[\u0300-\u036f]")


def greek(word: str) -> str:
    """Romanise a Greek word; polytonic accents and breathings are dropped."""
    word = word.translate(_TREMA)
    word = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    start = _GREEK_STARTS.get(word[:2])
    if start:
        word = start + word[2:]
    word = _GREEK_PAIR.sub(lambda found: _GREEK_PAIRS[found[0]], word)
    word = _GREEK_F.sub(r"\1f", _GREEK_V.sub(r"\1v", word))
    return word.translate(_GREEK)


_ARMENIAN = letters(
    "ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=y թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=ch մ=m յ=y"
    " ն=n շ=sh ո=o չ=ch պ=p ջ=j ռ=r ս=s վ=v տ=t ր=r ց=ts ւ=v փ=p ք=k և=ev օ=o ֆ=f"
)
_ARMENIAN_STARTS = {"ե": "ye", "ո": "vo", "և": "yev"}


def armenian(word: str) -> str:
    """Romanise an Armenian word by the eastern values, which foreign names are written with."""
    word = word.replace("եւ", "և").replace("ու", "u")
    start = _ARMENIAN_STARTS.get(word[:1])
    return ((start + word[1:]) if start else word).translate(_ARMENIAN)


_GEORGIAN = letters(
    "ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k"
    " ღ=gh ყ=q შ=sh ჩ=ch ც=ts ძ=dz წ=ts ჭ=ch ხ=kh ჯ=j ჰ=h ჱ=e ჲ=y ჳ=w ჴ=q ჵ=o ჶ=f"
)


def georgian(word: str) -> str:
    """Romanise a Georgian word in either of its letter forms."""
    return word.translate(_GEORGIAN)
