"""The rules of passages and terms by name: they belong to the identity of what was made by them.

A name has a hash of what the rules make of a fixed text, so that it changes with any of them, also where nobody thought
of it: with the tokenizer of a model, with a release of Unicode's tables, with a sign in a regular expression.
"""

import hashlib
import json
from base64 import b64encode

from retrieval.passages import MAX_CHARACTERS, split
from retrieval.text import query_terms, terms
from retrieval.word_pieces import Pieces
from stores.vector_rows import FIELDS, term_text

_PROBE_TITLE = "A probe of the rules"
_PROBE = " ".join(
    [
        "unbroken" * 300,
        "Short.",
        "One two three four five six; seven, eight!",
        "\u6771\u4eac\u3002\u4eac\u90fd\uff01",
        "\n\n* item\n* item",
        "\u200b\n",
        "HTTP_STATUS_CODE getUserName URLs \uff26\uff35\uff2c\uff2c pass\u00adword cafe\u0301 gr\u00f6\u00dfere",
        "\u0645\u064f\u062d\u064e\u0645\u064e\u0651\u062f \u0939\u093f\u0928\u094d\u0926\u0940",
        "Haftpflichtversicherung wird von der Firma bezahlt.",
        "\uc11c\ubc84\ub97c \u0e43\u0e1a\u0e41\u0e08\u0e49\u0e07 \U0001f389",
    ]
    + [f"Sentence number {n} has {'many ' * (n % 40)}words, doesn't it?" for n in range(120)]
)
_ENCODED = b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(8))).decode()
_ROWS = "".join(f"| row {n} | {n * n} |\n" for n in range(60))
_PROBE_MARKDOWN = (
    "# One\n\nText &amp; `<p>` <b>bold</b> a < b.\n\n## Two ##\n### Three\n- item\n# comment\n```sh\n# x\nls  -l\n```\n"
    f"Under\n-----\nList<String> <br> ![](data:image/png;base64,{_ENCODED}) {_ENCODED}\n\n"
    f"| a | b |\n|---|---|\n{_ROWS}\n~~~\ncode\n~~~\n## {'A long heading ' * 9}\ntext &amp; text\n"
    f"## A heading of some more words\n{'Half of a passage. ' * 15}\n## Last but one\n{'Text of it. ' * 15}\n## Last\n"
)
_PROBE_PAGE = (
    "<!doctype html><head><title>no</title></head><body><h1>One <i>two</i></h1><p>One\n two<br>three <img alt='four'>"
    "<div>five<script>no</script><!-- no -->&lt;six&gt;</div><pre>a\n  b</pre><h2>Three</h2><table><tr><th>a<th>b"
    "<tr><td>1<td>2</table></body>"
)
"""Texts in which every rule has something to do."""

ELSEWHERE = "endpoint"
PRECISIONS = ("float32", "float16", ELSEWHERE)
"""At which encoders compute: on the CPU, on the GPU, and at an endpoint, whose precision is unknown."""


def chunker(pieces: Pieces) -> str:
    """Return the rules of passages for a model: its limit, and a hash of what they make of a fixed text."""
    made = [split(_PROBE_TITLE, probe, pieces).passages for probe in (_PROBE, _PROBE_MARKDOWN, _PROBE_PAGE)]
    return f"sections, {pieces.limit} word pieces or {MAX_CHARACTERS} characters; {_hash(made)}"


def analyzer() -> str:
    """Return the rules of terms: a hash of what they make of a fixed text."""
    return f"terms {_hash([term_text(form(_PROBE)) for form in (terms, query_terms)])}"


def row_rules(pieces: Pieces) -> str:
    """Return by which rules the rows of a collection are made: what a collection carries from its making."""
    return f"fields {FIELDS}; {chunker(pieces)}; {analyzer()}"


def encoding(manifest: str, max_tokens: int, precision: str) -> str:
    """Return what a vector depends on besides its text: the model's files, how much it reads, how exactly it computes.

    Vectors of one name are alike within 1e-6, whichever process made them and in whichever batches.
    """
    return f"{manifest}; {max_tokens} word pieces; {precision}"


def _hash(made: object) -> str:
    return hashlib.sha256(json.dumps(made).encode()).hexdigest()[:12]
