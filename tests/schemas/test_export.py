import json
from pathlib import Path

from schemas.export import export
from schemas.topics import TOPICS


def test_the_json_schemas_name_every_event_and_forbid_unknown_fields(tmp_path: Path) -> None:
    files = export(tmp_path / "new")
    assert {f"{f.parent.name}/{f.stem}" for f in files} == {
        f"{topic.name}/{event.__name__}" for topic in TOPICS.values() for event in topic.events
    }
    for file in files:
        schema = json.loads(file.read_text())
        assert schema["additionalProperties"] is False
        assert {"event_id", "tenant", "occurred_at"} <= set(schema["required"])
