"""Models that find the same and share no vector."""

from pathlib import Path

import numpy as np
import pytest

from bench.cutover.questions import QUESTIONS
from bench.cutover.turned import turned
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from stores.shelf import base_model


@pytest.mark.slow
def test_a_turned_model_is_as_good_and_its_vectors_are_another_ones(tmp_path: Path) -> None:
    base, other = (Encoder(path, EncoderConfig()) for path in (base_model(), turned(tmp_path / "turned", 1)))
    texts, queries = [text for text, _ in QUESTIONS], [question for _, question in QUESTIONS]
    right = np.arange(len(QUESTIONS))
    first, second = (encoder.encode(queries) @ encoder.encode(texts).T for encoder in (base, other))
    assert np.allclose(first, second, atol=1e-4)
    assert (first.argmax(axis=1) == right).all()
    assert np.abs(np.diag(base.encode(texts) @ other.encode(texts).T)).max() < 0.4
