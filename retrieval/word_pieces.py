"""How a model reads text: its own tokenizer, and how many word pieces of a text it takes in.

Only the tokenizer is loaded, no weights, so that the trainer's own process cuts documents as the indexer does.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from tokenizers import Tokenizer, normalizers

from retrieval.config import EncoderConfig
from retrieval.prompts import Prompts
from stores.errors import Misconfigured

_LEAST = 4
"""Word pieces below which no passage makes sense: a model whose prompt leaves less is set up wrongly."""


class Pieces(Protocol):
    """What cutting needs to know of a model's tokenizer."""

    @property
    def limit(self) -> int:
        """Return how many word pieces of a text are read, without special tokens and prompt."""
        ...

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has."""
        ...

    def starts(self, text: str) -> list[int]:
        """Return the position in `text` at which each of its word pieces begins, ascending."""
        ...


class WordPieces:
    """The tokenizer of one model; safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int, prompt: str = "") -> None:
        """Take a tokenizer that neither cuts nor pads, the model's limit with everything, and its passages' prompt."""
        self._tokenizer = tokenizer
        self.max_tokens = max_tokens
        aside = tokenizer.num_special_tokens_to_add(False) + (self.counts([prompt])[0] if prompt else 0)
        self._limit = max_tokens - aside
        if self._limit < _LEAST:
            raise Misconfigured(
                f"of {max_tokens} word pieces a prompt leaves {self._limit}; raise retrieval.encoder.max_tokens"
            )

    @classmethod
    def of(cls, model: Path, config: EncoderConfig) -> "WordPieces":
        """Load the tokenizer of the model in a directory. Raises `Misconfigured` when there is none to load."""
        first = model / str(next((module["path"] for module in _json(model / "modules.json", [])), ""))
        settings = _json(first / "sentence_bert_config.json")
        try:
            tokenizer = Tokenizer.from_file(str(first / "tokenizer.json"))
        except Exception as error:  # the library raises nothing narrower
            raise Misconfigured(
                f"{first} has no tokenizer.json that can be read ({error}); save the model anew"
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        if settings.get("do_lower_case"):
            known = [tokenizer.normalizer] if tokenizer.normalizer else []
            tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), *known])
        return cls(tokenizer, min(config.max_tokens, _own_limit(first, settings)), Prompts.of(model).passage)

    @property
    def limit(self) -> int:
        """Return how many word pieces of a text are read, without special tokens and prompt."""
        return self._limit

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has."""
        return [len(e.ids) for e in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def starts(self, text: str) -> list[int]:
        """Return the position in `text` at which each of its word pieces begins, ascending."""
        return [start for start, _ in self._tokenizer.encode(text, add_special_tokens=False).offsets]


def _own_limit(directory: Path, settings: dict[str, Any]) -> int:
    """Return the most tokens that the model itself takes, as its library finds out."""
    if settings.get("max_seq_length"):
        return int(settings["max_seq_length"])
    said = (
        _json(directory / "tokenizer_config.json").get("model_max_length"),
        _json(directory / "config.json").get("max_position_embeddings"),
    )
    return min((int(limit) for limit in said if limit and limit > 0), default=2**31)


def _json(path: Path, otherwise: Any = None) -> Any:  # noqa: ANN401  # any JSON value
    return json.loads(path.read_text()) if path.is_file() else {} if otherwise is None else otherwise
