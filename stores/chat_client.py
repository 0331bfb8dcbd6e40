"""The client of an OpenAI-compatible endpoint of a language model: two messages go out, a text comes back.

`POST URL/chat/completions` with {model, messages, max_tokens, temperature, stream}; the answer's text is at
`choices[0].message.content`, what it cost at `usage.total_tokens` (OpenAI's API reference, "Create chat completion"; so
do vLLM, Ollama, llama.cpp, LiteLLM and others).
"""

import json
from typing import NamedTuple

from stores.errors import Refused
from stores.json_endpoint import JsonEndpoint

_MOST_BYTES = 1024 * 1024
_BYTES_PER_TOKEN = 3
"""Few tokens of any language have less, so that estimates are rather too high."""

_MOST_REPORTED = 2**40
"""Tokens: a number above is no price."""


class Said(NamedTuple):
    """An answer, and the tokens that it cost with its question: as reported, or as estimated where that is more."""

    text: str
    tokens: int


class ChatClient:
    """One model of one endpoint. Several threads may call it."""

    def __init__(self, url: str, model: str, timeout_s: float) -> None:
        """`url` ends before `/chat/completions`; `timeout_s` is for a whole answer."""
        self._model = model
        self._endpoint = JsonEndpoint(
            f"{url.rstrip('/')}/chat/completions", "chat_keys",
            read_s=timeout_s, whole_s=timeout_s, rest_s=0.0, most_bytes=_MOST_BYTES,
        )  # fmt: skip
        self.host = self._endpoint.host

    def ask(self, system: str, user: str, most_tokens: int) -> Said:
        """Return the answer, of `most_tokens` at most as far as the endpoint obeys.

        Raises as `JsonEndpoint.post` does, and `Refused` for an answer of another form.
        """
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body = self._endpoint.post(
            {
                "model": self._model, "messages": messages, "max_tokens": most_tokens, "temperature": 0,
                "stream": False,
            }
        )  # fmt: skip
        try:
            found = json.loads(body)
            text = found["choices"][0]["message"]["content"]
            usage = found.get("usage")
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
            raise Refused(f"{self.host} answered with something else than a message: {type(error).__name__}") from error
        if not isinstance(text, str):
            raise Refused(f"{self.host} answered with a message that is no text")
        reported = usage.get("total_tokens") if isinstance(usage, dict) else None
        known = reported if isinstance(reported, int) and not isinstance(reported, bool) else 0
        known = known if known <= _MOST_REPORTED else 0
        text = text.encode(errors="replace").decode()  # JSON may escape half of a character, which nothing can store
        return Said(text, max(known, estimated(system + user + text)))


def estimated(text: str) -> int:
    """Return about how many tokens a text is, rather too many than too few."""
    return len(text.encode(errors="replace")) // _BYTES_PER_TOKEN + 1
