"""The names of reactions: one reaction has another name in each system, and a colour of skin besides. Pure.

`+1` (Slack, GitHub), `thumbs_up` (Zulip), `thumbs-up`, `like` (Teams, Onyx), `👍🏽` and `:thumbsup::skin-tone-3:` are
one reaction: what is added under one of these names can be withdrawn under another. What a reaction says, and how
strongly, is a rule (`streams.pairs.reaction`); this table says only which names are one.
"""

import re
from unicodedata import normalize

SYNONYMS: dict[str, tuple[str, ...]] = {
    "+1": ("thumbsup", "thumbs_up", "thumb_up", "like", "👍"),
    "-1": ("thumbsdown", "thumbs_down", "thumb_down", "dislike", "👎"),
    "upvote": ("up", "vote_up"),
    "downvote": ("down", "vote_down"),
    "helpful": ("useful",),
    "not_helpful": ("unhelpful", "not_useful"),
    "white_check_mark": ("check_mark_button", "✅"),
    "heavy_check_mark": ("check_mark", "check", "✔"),
    "100": ("hundred", "hundred_points", "💯"),
    "ok_hand": ("ok", "👌"),
    "bulb": ("light_bulb", "💡"),
    "pray": ("folded_hands", "thanks", "thank_you", "🙏"),
    "raised_hands": ("raising_hands", "🙌"),
    "clap": ("clapping_hands", "👏"),
    "heart": ("red_heart", "love", "❤"),
    "fire": ("🔥",),
    "tada": ("hooray", "party_popper", "celebrate", "🎉"),
    "rocket": ("🚀",),
    "star": ("⭐",),
    "x": ("cross_mark", "❌"),
    "confused": ("confused_face", "😕"),
    "thinking_face": ("thinking", "🤔"),
}
"""The plain name that a reaction counts under, to its other plain names."""

_COUNTS_AS = {other: name for name, others in SYNONYMS.items() for other in others}
_UNSEEN = dict.fromkeys((0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))
"""Variation selectors and skin tones."""

_TONE = re.compile(r"_(tone[1-5]|((medium_)?(light|dark)|medium)_skin_tone)$")
_BETWEEN_WORDS = re.compile(r"(?<=\w)[\s-]+(?=\w)")


def plain(reaction: str) -> str:
    """Return the reaction's name without colons, skin tone and variation selector, lower case, words joined by `_`."""
    name = normalize("NFC", reaction).translate(_UNSEEN).strip().strip(":").split("::", 1)[0].lower()
    return _TONE.sub("", _BETWEEN_WORDS.sub("_", name))


def identity(reaction: str) -> str:
    """Return the one name that stands for all names of the reaction; its own plain name when the table has none."""
    name = plain(reaction)
    return _COUNTS_AS.get(name, name)
