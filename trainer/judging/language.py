"""In which language a text is, by rules that people can read: its script, and small words where that is Latin. Pure.

It names slices and nothing else, so a text that is too short to tell is of no language rather than of a guessed one.
"""

import unicodedata
from collections import Counter

from retrieval.compounds import GERMAN
from retrieval.text import STOP_WORDS, words

READ = 2_000
"""Characters of a text that are looked at."""

_LEAST = 2
"""Small words that tell a language."""

_KANA = 0.05
"""Share of Japanese letters from which on a text with Chinese characters is Japanese."""

_OTHERS = """
French
au aux avec ce ces dans de des du elle en est et il la le les mais nous ou par pas pour qui que se sur un une vous

Spanish
al como con de del el en es esta este la las lo los más no o para pero por que se su un una y

Italian
al che come con da dal del della di e gli ha i il in la le nel non per più si sono un una

Portuguese
ao as com como da das de do dos e em foi mais na no não o os para por que se um uma

Dutch
aan als dat de den die een en er het ik in is met naar niet of om op te van voor wat we zijn
"""
_NAMED = (part.split() for part in _OTHERS.split("\n\n"))
_SMALL_WORDS = {name: frozenset(small) for name, *small in _NAMED} | {
    "English": STOP_WORDS,
    "German": GERMAN | {"und", "wie", "ich", "wir", "wo", "was", "auch", "in", "an", "es"},
}

_SCRIPTS = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
"""Scripts of one language, by the first word of their letters' names; others are called by their own."""


def language(text: str) -> str | None:
    """Return the language, or the script where several are written in it; None where the text does not tell."""
    text = text[:READ]
    letters = Counter(unicodedata.name(c, "?").partition(" ")[0] for c in text if c.isalpha())
    if not letters:
        return None
    if letters["HIRAGANA"] + letters["KATAKANA"] > _KANA * letters.total():
        return "Japanese"
    script = max(letters, key=lambda name: (letters[name], name))
    if script != "LATIN":
        return _SCRIPTS.get(script, f"{script.capitalize()} script")
    counts = Counter(words(text))
    hits = sorted(((sum(counts[word] for word in small), name) for name, small in _SMALL_WORDS.items()), reverse=True)
    (most, name), (second, _) = hits[:2]
    return name if most >= _LEAST and most > second else None
