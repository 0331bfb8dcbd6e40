"""A language model that a run may ask: within its calls, tokens and seconds, and never needed.

    question ─▶ answered before? ─▶ within the budget? ─▶ asked, again after a pause ─▶ kept
                                            └─ no, or it fails several times: no more is asked, and the reason is said

Nothing that an endpoint does ends a run: what it did not answer is None.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from stores.chat_answers import ChatAnswers
from stores.chat_client import ChatClient, Said, estimated
from stores.endpoint_address import safe_address
from stores.errors import Misconfigured, Refused, Retryable
from trainer.learning.child import Cancelled

LOG = logging.getLogger(__name__)
T = TypeVar("T")

_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
"""Until a failed question is put again: doubled each time."""


class ChatRules(BaseModel):
    """Which language model a run may ask, and how patiently. Without an address none is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    url: str = Field(
        default="",
        max_length=500,
        description="of an OpenAI-compatible API, before /chat/completions: https, or http of this machine",
    )
    model: str = Field(default="", max_length=200, description="name of the model there")
    timeout_s: float = Field(default=60.0, gt=0, le=600, description="seconds for one answer")
    attempts: int = Field(default=3, ge=1, le=10, description="times that a question is put while it does not answer")
    failures: int = Field(
        default=3, ge=1, le=100, description="questions in a row without a usable answer, after which none is put"
    )
    max_s: float = Field(
        default=900.0, gt=0, le=86_400, description="seconds that a run asks for one purpose, so that none waits long"
    )
    cached_days: int = Field(
        default=30, ge=0, le=365, description="days that an answer is kept after it was last used; 0 keeps none"
    )

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        return safe_address(url) if url else url


@dataclass(slots=True)
class Spent:
    """What was asked: requests that were sent, tokens of them (about), and answers that were there already."""

    calls: int = 0
    tokens: int = 0
    known: int = 0

    def __str__(self) -> str:
        return f"{self.calls:,} calls, about {self.tokens:,} tokens, {self.known:,} answers that were known"


class Chat:
    """One purpose's questions in one run; `max_calls` and `max_tokens` bound what they cost.

    Setting `stop` raises `Cancelled` at the next question. `unusable` counts questions without a usable answer; `ended`
    says why nothing more is asked, "" while it is.
    """

    def __init__(
        self, rules: ChatRules, answers: ChatAnswers, stop: threading.Event, max_calls: int, max_tokens: int
    ) -> None:
        self._rules, self._answers, self._stop = rules, answers, stop
        self._max_calls, self._max_tokens = max_calls, max_tokens
        self._client = ChatClient(rules.url, rules.model, rules.timeout_s)
        self._until, self._failed = time.monotonic() + rules.max_s, 0
        self.spent, self.unusable = Spent(), 0
        self.ended = "" if rules.url and rules.model else "no language model is named (training.chat)"

    def ask(self, system: str, user: str, most_tokens: int, read: Callable[[str], T | None]) -> T | None:
        """Return what `read` makes of the answer; None where there is none, or `read` finds nothing usable in it."""
        question = (self._rules.url, self._rules.model, str(most_tokens), system, user)
        if self._stop.is_set():
            raise Cancelled("asked to stop")
        if self.ended:
            return None
        if (known := self._known(question)) is not None and (found := read(known)) is not None:
            self.spent.known += 1
            return found
        try:
            said = self._asked(system, user, most_tokens)
        except (Retryable, Refused, Misconfigured) as error:
            self._unusable(str(error))
            return None
        if said is None:
            return None
        if (found := read(said.text)) is None:
            self._unusable("the answer is of another form than was asked for")
            return None
        self._failed = 0
        self._keep(question, said.text)
        return found

    def _unusable(self, because: str) -> None:
        self._failed += 1
        self.unusable += 1
        LOG.warning("the language model is of no use: %s", because)
        if self._failed >= self._rules.failures:
            self.ended = f"{self._failed} questions in a row had no usable answer; the last: {because}"

    def _asked(self, system: str, user: str, most_tokens: int) -> Said | None:
        for attempt in range(1, self._rules.attempts + 1):
            costs = estimated(system + user)
            if self._over(costs + most_tokens):
                return None
            self.spent.calls += 1
            try:
                said = self._client.ask(system, user, most_tokens)
            except Retryable:
                self.spent.tokens += costs
                if attempt == self._rules.attempts:
                    raise
                if self._stop.wait(min(_LONGEST_PAUSE_S, _PAUSE_S * 2 ** (attempt - 1))):
                    raise Cancelled("asked to stop") from None
            except (Refused, Misconfigured):
                self.spent.tokens += costs
                raise
            else:
                self.spent.tokens += said.tokens
                return said
        return None

    def _over(self, tokens: int) -> bool:
        if self.spent.calls >= self._max_calls:
            self.ended = f"the {self._max_calls:,} calls of a run are spent"
        elif self.spent.tokens + tokens > self._max_tokens:
            self.ended = f"the {self._max_tokens:,} tokens of a run are spent"
        elif time.monotonic() > self._until:
            self.ended = f"the {self._rules.max_s:,.0f} seconds of a run are over"
        return bool(self.ended)

    def _known(self, question: tuple[str, ...]) -> str | None:
        try:
            return self._answers.read(question)
        except Retryable as error:
            LOG.warning("what is known is not read: %s", error)
            return None

    def _keep(self, question: tuple[str, ...], answer: str) -> None:
        try:
            self._answers.keep(question, answer)
        except Retryable as error:
            LOG.warning("an answer is not kept: %s", error)
