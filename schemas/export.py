"""JSON Schema of every event, for producers in other languages."""

import json
from pathlib import Path

from schemas.topics import TOPICS


def export(directory: Path) -> list[Path]:
    """Write `<topic>/<Event>.json` below `directory` (made if absent) and return the files, in the table's order."""
    written = []
    for topic in TOPICS.values():
        for event in topic.events:
            path = directory / topic.name / f"{event.__name__}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(event.model_json_schema(mode="validation"), indent=2) + "\n")
            written.append(path)
    return written
