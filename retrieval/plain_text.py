"""A text that may be Markdown as people read it: without the signs of emphasis, links, code, headings and quotes. Pure.

Passages keep these signs, because a model reads them; what a person is shown of a passage does not. A sign goes only
where Markdown takes it for one: `a * b`, `f(**options)`, `snake_case` and `__init__` stay as they are.
"""

import re

_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^`\n]*$", re.MULTILINE)
_IN_A_ROW = re.compile(r"(?<!`)`{3,}(?!`)")
_FRONT = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)*(?:#{1,6}(?:[ \t]+|$))?", re.MULTILINE)
_RULE = re.compile(r"^[ \t]{0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_LINK = re.compile(
    r"(?<![\w\]])!?\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]"  # words, with one pair of brackets in them
    r"(?:\((?:<[^<>\n]*>|(?:[^()\s]|\([^()\s]*\))*)(?:[ \t]+[\"'(][^\n]*?[\"')])?\)|\[[^\[\]\n]*\])"
)
_ADDRESS = re.compile(r"<((?:https?|mailto):[^<>\s]+)>")
_CODE = re.compile(r"(`+)(?!`)[ ]?(.+?)[ ]?(?<!`)\1(?!`)")
_STARS = re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])([^*\n]*[^\s*])\1(?![\w*])")
_LINES = re.compile(r"(?<![\w_\\])(_{1,3})(?=[^\s_])([^_\n]*\s[^_\n]*[^\s_])\1(?![\w_])")
_STRUCK = re.compile(r"(?<![\w~])~~(?=\S)([^~\n]*\S)~~(?![\w~])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")

_KEPT = "\ue000{}\ue001"
"""Stands for a piece of code while signs around it go: private characters, with the piece's number."""


def plain(text: str) -> str:
    """Return the text without Markdown's signs; code loses the ticks around it and nothing in it."""
    if not any(sign in text for sign in "`*_[#>~<\\-"):
        return text
    codes = list[str]()

    def kept(found: re.Match[str]) -> str:
        codes.append(found[2])
        return _KEPT.format(len(codes) - 1)

    text = _RULE.sub("", _FRONT.sub("", _FENCE.sub("", text)))
    text = _CODE.sub(kept, _IN_A_ROW.sub("", text))
    for _ in range(2):  # a picture may be what a link says
        text = _LINK.sub(lambda found: found[1], text)
    text = _ADDRESS.sub(lambda found: found[1], text)
    for pattern in (_STARS, _LINES):
        text = pattern.sub(lambda found: found[2], pattern.sub(lambda found: found[2], text))
    text = _ESCAPED.sub(lambda found: found[1], _STRUCK.sub(lambda found: found[1], text))
    for number, code in enumerate(codes):
        text = text.replace(_KEPT.format(number), code, 1)
    return text
