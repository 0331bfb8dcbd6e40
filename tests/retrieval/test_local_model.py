"""A model whose weights are here."""

from pathlib import Path

import numpy as np
import pytest

from retrieval.config import EncoderConfig
from retrieval.local_model import LocalModel
from stores.errors import Misconfigured


def test_vectors_are_of_unit_length_and_a_prompt_is_read_with_the_text(models: dict[str, Path]) -> None:
    model = LocalModel(models["tiny-a"], EncoderConfig())
    plain, prompted = model.encode(["query: leave"], ""), model.encode(["leave"], "query: ")
    assert np.allclose(np.linalg.norm(plain, axis=1), 1, atol=1e-5)
    assert np.allclose(plain, prompted, atol=1e-5)
    assert not np.allclose(plain, model.encode(["leave"], ""), atol=1e-3)
    assert plain.dtype == np.float32
    assert model.precision in ("float32", "float16")


def test_a_model_that_reads_less_than_its_files_say_is_refused(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.word_pieces._own_limit", lambda directory, settings: 10_000)
    with pytest.raises(Misconfigured, match="save the model anew"):
        LocalModel(models["tiny-a"], EncoderConfig(max_tokens=9_000))
