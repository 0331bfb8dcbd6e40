"""The rules of passages and terms have names that change with them."""

import re
from pathlib import Path

import pytest

from retrieval import compounds, identity, scripts, text
from retrieval.config import EncoderConfig
from retrieval.word_pieces import WordPieces
from stores.shelf import base_model
from tests.retrieval.word_pieces import byte_level


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("passages.MAX_CHARACTERS", 600),
        ("passages.TITLE_SHARE", 40),
        ("passages.HEADING_SHARE", 60),
        ("packing.LEAST_SHARE", 1),
        ("lines._SENTENCE_END", re.compile(r"\n+")),
        ("encoded.LONGEST_KEPT", 10_000),
        ("markup.LONGEST_HEADING", 2),
        ("html_text._SKIPPED", frozenset()),
        ("markup._ENTITY", re.compile(r"&none;")),
    ],
)
def test_another_rule_of_passages_is_another_chunker(
    monkeypatch: pytest.MonkeyPatch, pieces: WordPieces, name: str, value: object
) -> None:
    before = identity.chunker(pieces)
    assert identity.chunker(pieces) == before
    monkeypatch.setattr(f"retrieval.{name}", value)
    assert identity.chunker(pieces) != before
    assert identity.row_rules(pieces) != f"{before}"


def test_another_tokenizer_or_limit_is_another_chunker(pieces: WordPieces, models: dict[str, Path]) -> None:
    of_base = identity.chunker(pieces)
    assert identity.chunker(WordPieces.of(models["tiny-a"], EncoderConfig())) == of_base, "the same tokenizer"
    assert identity.chunker(WordPieces.of(base_model(), EncoderConfig(max_tokens=127))) != of_base
    assert identity.chunker(byte_level(126)) != of_base


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (scripts, "IGNORED", re.compile("\ufeff")),
        (text, "_PARTS", re.compile("_+")),
        (scripts, "OPTIONAL_MARK", re.compile("\u0300")),
        (scripts, "IDEOGRAPH", re.compile("x")),
        (compounds, "_END", 7),
    ],
)
def test_another_rule_of_terms_is_another_analyzer(
    monkeypatch: pytest.MonkeyPatch, pieces: WordPieces, module: object, name: str, value: object
) -> None:
    before, rows = identity.analyzer(), identity.row_rules(pieces)
    monkeypatch.setattr(module, name, value)
    assert identity.analyzer() != before
    assert identity.row_rules(pieces) != rows


def test_other_fields_are_other_rows(monkeypatch: pytest.MonkeyPatch, pieces: WordPieces) -> None:
    before = identity.row_rules(pieces)
    monkeypatch.setattr(identity, "FIELDS", 99)
    assert identity.row_rules(pieces) != before


def test_whatever_a_vector_depends_on_is_in_the_name_of_its_encoding() -> None:
    names = {
        identity.encoding(manifest, tokens, precision)
        for manifest in ("a" * 64, "b" * 64)
        for tokens in (128, 256)
        for precision in identity.PRECISIONS
    }
    assert len(names) == 4 * len(identity.PRECISIONS)
