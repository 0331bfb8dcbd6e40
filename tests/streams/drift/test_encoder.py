import logging
import socket

import numpy as np
import pytest

from streams.drift.encoder import WordLlamaEncoder


def test_weights_come_from_the_package_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the encoder went to the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    vectors = WordLlamaEncoder().encode(["rotate a key", "key rotation", "grilled cheese", "", "  "])
    assert (logging.getLogger().handlers, logging.getLogger().level) == (handlers, level)
    assert vectors.shape == (5, 256)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 0, 0], abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_a_text_has_the_same_vector_in_whatever_company() -> None:
    encoder = WordLlamaEncoder()
    alone, together = encoder.encode(["list buckets"]), encoder.encode(["x", "list buckets", "a much longer text " * 9])
    assert together[1] == pytest.approx(alone[0], abs=1e-6)
    assert encoder.encode([]).shape == (0, 256)
