"""A small handbook on disk, as the benchmark reads it."""

import json
import lzma
from collections.abc import Sequence
from pathlib import Path

Told = tuple[str, str | None, str | None]
"""Path, former path, text."""


def written(directory: Path, told: Sequence[Told]) -> None:
    """Write these changes, out of their order, and what is published after them."""
    rows = [
        {"n": n, "ts": 1_500_000_000 + n, "op": _kind(former, text), "path": path, "from": former, "text": text}
        for n, (path, former, text) in enumerate(told)
    ]
    with lzma.open(directory / "versions.jsonl.xz", "wt") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in reversed(rows))
    there: dict[str, str] = {}
    for path, former, text in told:
        there.pop(former or path, None)
        there |= {} if text is None else {path: text}
    published = [{"id": path, "title": Path(path).stem, "text": text} for path, text in there.items()]
    (directory / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in published))


def _kind(former: str | None, text: str | None) -> str:
    return "R" if former else "D" if text is None else "M"
