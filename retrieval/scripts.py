"""Which characters are read in a way of their own: invisible ones, marks, scripts without spaces, pictures. Pure.

Each pattern is made of Unicode's own classes when it is first asked for: the standard library's expressions know none
of them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt)."""

_TATWEEL = "\u0640"
"""A stroke that makes an Arabic word wider and means nothing."""

_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF),
    (0x1B00, 0x1B7F), (0x2E80, 0x2FDF), (0x3000, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA9FF),
    (0xAA00, 0xAADF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x1B000, 0x1B16F), (0x20000, 0x323AF),
)  # fmt: skip
"""Blocks of scripts that write no spaces between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer, Yi, Javanese,
Balinese, Cham, the Tai scripts), and Hangul, whose words carry their grammar as endings without a space."""

_IDEOGRAPHS = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PICTURES = "\u2600-\u27bf\u2b50-\u2b55\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
"""Emoji and pictographs, without the modifiers of skin colour."""

_OPTIONAL_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
)
"""Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic: many people leave them out."""

_LAST_WITH_MARKS = 0x1E94F
"""No letter's mark comes after this code point, except the ignorable ones."""

IGNORED = re.compile(f"[{_IGNORABLE}{_TATWEEL}]+")
PICTURE = re.compile(f"[{_PICTURES}]")
IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
OPTIONAL_MARK = re.compile(f"[{_OPTIONAL_MARKS}]+")


@cache
def token() -> re.Pattern[str]:
    """Return what matches a run of letters, digits, underscores and the marks on them, or one picture."""
    return re.compile(rf"\w[\w{_marks()}]*|[{_PICTURES}]")


@cache
def unspaced() -> re.Pattern[str]:
    """Return what matches a run of a script without spaces, as a group, so that `split` keeps it."""
    codes = (code for first, last in _UNSPACED for code in range(first, last + 1))
    return re.compile(f"([{_ranges(codes, lambda category: category[0] in 'LM' or category == 'Nl')}]+)")


@cache
def unit() -> re.Pattern[str]:
    """Return what matches one letter with the marks on it."""
    return re.compile(rf"[^{_marks()}][{_marks()}]*|[{_marks()}]+")


@cache
def _marks() -> str:
    return _ranges(range(0x0300, _LAST_WITH_MARKS + 1), lambda category: category[0] == "M")


def _ranges(codes: Iterable[int], wanted: Callable[[str], bool]) -> str:
    """Return the code points of the wanted categories as the inside of a character class."""
    found: list[list[int]] = []
    for code in codes:
        if wanted(unicodedata.category(chr(code))):
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)
