import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder, Encoders, use_threads
from stores.errors import Refused
from stores.shelf import BASE, Shelf, base_model
from tests.indexer.world import NOW


@pytest.fixture
def shelf(models: dict[str, Path], tmp_path: Path) -> Shelf:
    shelf = Shelf(str(tmp_path / "shelf"), tmp_path / "cache")
    for name, path in models.items():
        shelf.put("acme", name, path, {}, NOW)
    return shelf


def test_vectors_are_of_unit_length_in_the_order_of_the_texts(shelf: Shelf) -> None:
    encoder = Encoders(shelf).get("acme", "tiny-a")
    texts = ["a longer text about many things " * 9, "short", "a text"]
    together = encoder.encode(texts)
    assert together.shape == (3, encoder.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert float(encoder.encode([text])[0] @ vector) == pytest.approx(1, abs=1e-4)
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_more_than_the_limit_of_a_text_is_not_read(models: dict[str, Path]) -> None:
    def encoded(tokens: int, text: str) -> NDArray[np.float32]:
        return Encoder(models["tiny-a"], EncoderConfig(max_tokens=tokens)).encode([text])

    assert np.allclose(encoded(8, "word " * 6 + "end"), encoded(8, "word " * 6 + "other"), atol=1e-5)
    assert not np.allclose(encoded(16, "word " * 6 + "end"), encoded(16, "word " * 6 + "other"), atol=1e-3)
    longest = "word " * 126
    assert np.allclose(encoded(10_000, longest + "end"), encoded(10_000, longest + "other"), atol=1e-5), "its own limit"


def test_the_models_default_prompt_goes_before_every_text(models: dict[str, Path], tmp_path: Path) -> None:
    prompted = SentenceTransformer(
        str(models["tiny-a"]), device="cpu", prompts={"ask": "query: "}, default_prompt_name="ask"
    )
    prompted.save_pretrained(str(tmp_path / "prompted"), create_model_card=False)
    plain = Encoder(models["tiny-a"], EncoderConfig()).encode(["query: how long"])
    assert np.allclose(Encoder(tmp_path / "prompted", EncoderConfig()).encode(["how long"]), plain, atol=1e-5)


def test_queries_and_passages_have_their_own_prompts(models: dict[str, Path], tmp_path: Path) -> None:
    prompted = SentenceTransformer(
        str(models["tiny-a"]), device="cpu", prompts={"query": "query: ", "document": "some passage: "}
    )
    prompted.save_pretrained(str(tmp_path / "prompted"), create_model_card=False)
    plain, found = (Encoder(path, EncoderConfig()) for path in (models["tiny-a"], tmp_path / "prompted"))
    assert np.allclose(found.encode_queries(["how long"]), plain.encode(["query: how long"]), atol=1e-5)
    assert np.allclose(found.encode(["how long"]), plain.encode(["some passage: how long"]), atol=1e-5)
    assert found.pieces.limit == plain.pieces.limit - 3, "what stands in front of passages takes room"


def test_a_model_of_static_vectors_is_an_encoder_like_any_other(tmp_path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(base_model() / "tokenizer.json"))
    rows = np.random.default_rng(1).standard_normal((tokenizer.get_vocab_size(), 16)).astype(np.float32)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=rows)], device="cpu")
    model.save_pretrained(str(tmp_path / "static"), create_model_card=False)
    encoder = Encoder(tmp_path / "static", EncoderConfig())
    assert (encoder.dimension, encoder.pieces.limit) == (16, 126)
    first, second = encoder.encode_queries(["paid leave", "leave paid"])
    assert float(first @ second) == pytest.approx(1, abs=1e-5)


def test_the_number_of_threads_is_the_processes() -> None:
    before = torch.get_num_threads()
    try:
        use_threads(1)
        assert torch.get_num_threads() == 1
        use_threads(0)
        assert torch.get_num_threads() == 1
    finally:
        use_threads(before)


def test_no_tenant_gets_anothers_model(shelf: Shelf) -> None:
    encoders = Encoders(shelf)
    encoders.get("acme", "tiny-a")
    with pytest.raises(Refused):
        encoders.get("other", "tiny-a")


def test_the_base_model_is_loaded_once_for_all(shelf: Shelf) -> None:
    encoders = Encoders(shelf)
    assert encoders.get("acme", BASE) is encoders.get("other", BASE)
    assert encoders.get("acme", BASE).dimension == 384


def test_a_few_models_are_kept_and_the_longest_unused_goes(shelf: Shelf) -> None:
    encoders = Encoders(shelf, EncoderConfig(kept=2))
    a, b = encoders.get("acme", "tiny-a"), encoders.get("acme", "tiny-b")
    assert encoders.get("acme", "tiny-a") is a
    encoders.get("acme", BASE)
    assert encoders.get("acme", "tiny-a") is a
    assert encoders.get("acme", "tiny-b") is not b


def test_nothing_is_kept_of_what_was_asked_for_and_loaded_or_is_not_there(shelf: Shelf) -> None:
    encoders = Encoders(shelf, EncoderConfig(kept=1))
    for _ in range(2):
        for model in ("tiny-a", "tiny-b"):
            encoders.get("acme", model)
    for number in range(9):
        with pytest.raises(Refused):
            encoders.get("acme", f"absent-{number}")
    assert (len(encoders._loaded), len(encoders._loading)) == (1, 0)


def test_threads_that_ask_at_once_share_one(shelf: Shelf) -> None:
    encoders, got, barrier = Encoders(shelf), list[int](), threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        got.append(id(encoders.get("acme", "tiny-a")))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1
