"""Two tiny models and the base model's tokenizer, made once a session."""

from pathlib import Path

import pytest

from retrieval.config import EncoderConfig
from retrieval.word_pieces import WordPieces
from stores.shelf import base_model
from tests.trainer import tiny


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {f"tiny-{name}": tiny.build(tmp_path_factory.mktemp(name), seed=seed) for seed, name in enumerate("ab")}


@pytest.fixture(scope="session")
def pieces() -> WordPieces:
    return WordPieces.of(base_model(), EncoderConfig())
