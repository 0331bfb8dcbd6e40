"""The client of a language model: against a real server."""

import json
from collections.abc import Iterator

import pytest

from stores.chat_client import ChatClient, estimated
from stores.errors import Misconfigured, Refused, Retryable
from tests.stores.chat_server import ChatServer, chatting


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chatting() as found:
        yield found


def test_two_messages_go_out_and_a_text_and_its_price_come_back(server: ChatServer) -> None:
    said = ChatClient(server.url + "/", "some-model", 5.0).ask("be brief", "hello", 50)
    assert said == ("you said hello", 100)
    (asked,) = server.asked
    assert asked == {
        "path": "/v1/chat/completions", "model": "some-model", "max_tokens": 50, "temperature": 0, "stream": False,
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}],
    }  # fmt: skip


@pytest.mark.parametrize("tokens", [0, -5, "many", None, True, [1], pytest.param(10**4_299, id="endless")])
def test_a_price_that_is_none_is_estimated(server: ChatServer, tokens: object) -> None:
    server.tokens = tokens
    said = ChatClient(server.url, "m", 5.0).ask("s" * 300, "u" * 300, 50)
    assert said.tokens == estimated("s" * 300 + "u" * 300 + said.text) >= 200


def test_half_a_character_in_an_answer_is_replaced_so_that_it_can_be_kept(server: ChatServer) -> None:
    server.say = lambda user: "leave \ud83d days \U0001f600"
    said = ChatClient(server.url, "m", 5.0).ask("s", "u", 50)
    assert said.text.encode().decode() == "leave ? days \U0001f600"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"key", Misconfigured),
        (429, b"slow down", Retryable),
        (500, b"broken", Retryable),
        (404, b"no such model", Refused),
        (200, b"<html>", Refused),
        (200, b"[]", Refused),
        (200, b"{}", Refused),
        (200, b'{"choices": []}', Refused),
        (200, b'{"choices": [{"message": {"content": null}}]}', Refused),
        (200, b'{"choices": [{"message": {"content": ["a"]}}]}', Refused),
        (200, b"[" * 200_000, Refused),
        (200, json.dumps({"choices": [{"message": {"content": "x" * 2_000_000}}]}).encode(), Refused),
    ],
)
def test_an_answer_that_is_none_is_an_error_of_its_kind(
    server: ChatServer, status: int, body: bytes, kind: type[Exception]
) -> None:
    server.instead.append((status, body))
    with pytest.raises(kind) as error:
        ChatClient(server.url, "m", 5.0).ask("s", "u", 50)
    assert len(str(error.value)) < 400
