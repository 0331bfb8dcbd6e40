"""Where one run works: a directory of its own that survives a restart."""

import shutil
from pathlib import Path

from stores.run_directories import EVENT_FILE, directory_of

_KEPT = {"report", EVENT_FILE}


class RunDirectory:
    """`HOME/training/TENANT/RUN`: the snapshot, vectors, weights, the report, and the event that the run ends with."""

    def __init__(self, home: Path, tenant: str, run: str) -> None:
        self.path = directory_of(home, tenant, run)
        self.path.mkdir(parents=True, exist_ok=True)

    @property
    def snapshot(self) -> Path:
        """Return the file of the snapshot that the run began with."""
        return self.path / "snapshot.json"

    @property
    def synthetic(self) -> Path:
        """Return the file of the queries that were made of documents."""
        return self.path / "synthetic.json"

    @property
    def candidate(self) -> Path:
        """Return the directory of the weights that are learned."""
        return self.path / "candidate"

    @property
    def report(self) -> Path:
        """Return the directory of what people read."""
        return self.path / "report"

    def begun_by(self, rules: str) -> bool:
        """Return whether the run began by these rules; the first that it is told of are those."""
        path = self.path / "rules.json"
        if not path.is_file():
            unfinished = path.with_suffix(".part")
            unfinished.write_text(rules)
            unfinished.replace(path)
        return path.read_text() == rules

    def keep_event(self, event: str) -> None:
        """Keep the event that the run ends with before it is sent, so that a restart sends the same."""
        unfinished = self.path / "event.part"
        unfinished.write_text(event)
        unfinished.replace(self.path / EVENT_FILE)

    def kept_event(self) -> str | None:
        """Return what `keep_event` kept."""
        path = self.path / EVENT_FILE
        return path.read_text() if path.is_file() else None

    def clear(self) -> None:
        """Leave only what people read and the event: texts and weights go."""
        for path in self.path.iterdir():
            if path.name not in _KEPT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
