"""The words that a model wants in front of what it reads: one prompt for queries, one for passages.

They are read from the model's own `config_sentence_transformers.json`, by the library's names: `query` for queries, and
`document`, `passage` or `corpus` for passages. A model that names none of these gets its default prompt, if it has one,
in front of both.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = "config_sentence_transformers.json"
_OF_QUERIES, _OF_PASSAGES = ("query",), ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True)
class Prompts:
    """What stands in front of a text; empty where nothing does."""

    query: str = ""
    passage: str = ""

    @classmethod
    def of(cls, model: Path) -> "Prompts":
        """Return those of the model in a directory."""
        path = model / FILE
        about = json.loads(path.read_text()) if path.is_file() else {}
        return chosen(about.get("prompts") or {}, about.get("default_prompt_name"))


def chosen(prompts: Mapping[str, str | None], default: str | None) -> Prompts:
    """Return the prompts by what a model's configuration names. Pure."""
    query, passage = (_first(prompts, names) for names in (_OF_QUERIES, _OF_PASSAGES))
    if query or passage:
        return Prompts(query, passage)
    both = prompts.get(default or "") or ""
    return Prompts(both, both)


def _first(prompts: Mapping[str, str | None], names: tuple[str, ...]) -> str:
    return next((prompts[name] or "" for name in names if name in prompts), "")
