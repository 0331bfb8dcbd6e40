"""A run's language model for tests: the real client, against a server of `tests.stores.chat_server`."""

import threading

from stores.chat_answers import ChatAnswers
from tests.stores.chat_server import ChatServer
from trainer.chat import Chat, ChatRules


class Remembered(ChatAnswers):
    """Answers that are kept in memory."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, ...], str] = {}

    def read(self, question: object) -> str | None:
        return self.known.get(tuple(question))  # type: ignore[arg-type]  # a sequence

    def keep(self, question: object, answer: str) -> None:
        self.known[tuple(question)] = answer  # type: ignore[arg-type]  # a sequence


def rules(server: ChatServer, **more: float) -> ChatRules:
    return ChatRules.model_validate({"url": server.url, "model": "m", "timeout_s": 2.0, "attempts": 1, **more})


def chat(
    by: ChatRules, answers: ChatAnswers | None = None, calls: int = 100, tokens: int = 100_000,
    stop: threading.Event | None = None,
) -> Chat:  # fmt: skip
    return Chat(by, answers or Remembered(), stop or threading.Event(), calls, tokens)
