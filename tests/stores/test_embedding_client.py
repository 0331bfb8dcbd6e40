"""The client of an endpoint of embeddings: against a real server that fails in every way it can."""

import json
import time
from collections.abc import Iterator

import numpy as np
import pytest

from stores.embedding_client import EmbeddingClient
from stores.errors import Misconfigured, Refused, Retryable
from tests.stores.embedding_server import WIDTH, EmbeddingServer, running, vector

KEYS = "TIDEWHEEL_EMBEDDING_KEYS"


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with running() as found:
        yield found


@pytest.fixture
def client(server: EmbeddingServer) -> EmbeddingClient:
    return EmbeddingClient(server.url, "some-model")


def test_unit_vectors_come_in_the_order_of_the_texts_in_requests_of_a_bounded_size(
    server: EmbeddingServer, client: EmbeddingClient
) -> None:
    texts = [f"text number {n}" for n in range(70)]
    found = client.embed(texts)
    expected = np.array([vector(text) for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-6)
    assert [len(request["input"]) for request in server.asked] == [32, 32, 6]
    assert {(r["path"], r["model"], "dimensions" in r) for r in server.asked} == {
        ("/v1/embeddings", "some-model", False)
    }
    assert client.embed([]).shape == (0, 0)


def test_dimensions_are_asked_for(server: EmbeddingServer) -> None:
    assert EmbeddingClient(server.url + "/", "m", 8).embed(["a text"]).shape == (1, 8)
    assert server.asked[0]["path"] == "/v1/embeddings"


def test_a_key_goes_to_its_host_alone(
    server: EmbeddingServer, client: EmbeddingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS, json.dumps({"api.example.com": "other-secret", "127.0.0.1": "this-secret"}))
    client.embed(["a"])
    assert server.headers[-1]["Authorization"] == "Bearer this-secret"
    monkeypatch.setenv(KEYS, json.dumps({"api.example.com": "other-secret"}))
    client.embed(["a"])
    assert "Authorization" not in server.headers[-1]
    for wrong in ("no json", "[1]", "null"):
        monkeypatch.setenv(KEYS, wrong)
        with pytest.raises(Misconfigured, match=KEYS):
            client.embed(["a"])


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, b"no\nkey", Misconfigured, "answered 401: no key; set its key in TIDEWHEEL_EMBEDDING_KEYS"),
        (404, b"no such model", Refused, "answered 404: no such model"),
        (302, b"", Refused, "answered 302"),
        (429, b"slow down", Retryable, "answered 429: slow down"),
        (503, b"x" * 10_000, Retryable, "answered 503"),
        (200, b"<html>", Refused, "something else than vectors"),
        (200, b"[]", Refused, "something else than vectors"),
        (200, b'{"data": [{"index": 0}]}', Refused, "something else than vectors"),
        (200, b'{"data": [{"index": 0, "embedding": ["a"]}]}', Refused, "something else than vectors"),
        (200, b'{"data": []}', Refused, "asked for 1 vectors and answered with 0"),
        (200, b'{"data": [{"index": 1, "embedding": [1.0]}]}', Refused, "asked for 1 vectors"),
        (200, b'{"data": [{"index": 0, "embedding": []}]}', Refused, "asked for 1 vectors"),
        (200, b'{"data": [{"index": 0, "embedding": [0.0, 0.0]}]}', Refused, "empty or hold no finite"),
        (200, b'{"data": [{"index": 0, "embedding": [NaN, 1.0]}]}', Refused, "empty or hold no finite"),
        (200, b"[" * 200_000, Refused, "something else than vectors"),
    ],
)
def test_an_answer_that_is_none_is_said_in_one_short_line(
    server: EmbeddingServer, client: EmbeddingClient, status: int, body: bytes, kind: type[Exception], said: str
) -> None:
    server.instead.append((status, body))
    with pytest.raises(kind) as error:
        client.embed(["a text"])
    assert said in str(error.value)
    assert len(str(error.value)) < 400
    assert "\n" not in str(error.value)


def test_an_endpoint_that_is_away_is_left_alone_for_some_seconds(
    server: EmbeddingServer, client: EmbeddingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.instead.append((503, b"overloaded"))
    with pytest.raises(Retryable, match="answered 503"):
        client.embed(["a"])
    with pytest.raises(Retryable, match="answered 503: overloaded; asked again in 5 s at most"):
        client.embed(["a"])
    assert len(server.asked) == 1, "the second time nobody was asked"
    now = time.monotonic()
    monkeypatch.setattr("stores.json_endpoint.time.monotonic", lambda: now + 6)
    assert client.embed(["a"]).shape == (1, WIDTH)


def test_nobody_there_is_said_with_the_host() -> None:
    with pytest.raises(Retryable, match=r"127.0.0.1 does not answer"):
        EmbeddingClient("http://127.0.0.1:9/v1", "m").embed(["a"])


def test_numbers_of_any_size_give_unit_vectors_or_are_refused(server: EmbeddingServer, client: EmbeddingClient) -> None:
    for large in (b"1e30", b"1e300", b"1e-200"):
        server.instead.append((200, b'{"data": [{"index": 0, "embedding": [' + large + b", " + large + b"]}]}"))
        assert np.allclose(client.embed(["a"]), [[0.5**0.5, 0.5**0.5]])
    server.instead.append((200, b'{"data": [{"index": 0, "embedding": [1' + b"0" * 400 + b"]}]}"))
    with pytest.raises(Refused):
        client.embed(["a"])


def test_an_answer_that_drips_is_given_up(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.drip_s = 0.05
    monkeypatch.setattr("stores.embedding_client._WHOLE_S", 0.3)
    with pytest.raises(Retryable, match="has not answered within"):
        EmbeddingClient(server.url, "some-model").embed(["a text"])
