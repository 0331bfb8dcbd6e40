import json
from pathlib import Path

import pytest

from stores.errors import Refused
from trainer.data.added_tests import MOST, AddedTest, read

ENTITY = {"behaviour": "entity", "query": "Project Lighthouse", "expected": ["wiki/lighthouse"], "within": 3}


def written(home: Path, name: str, *lines: str, tenant: str = "acme") -> None:
    at = home / "behaviours" / tenant / name
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text("\n".join(lines) + "\n")


def test_files_of_the_tenant_are_read_and_a_test_that_stands_twice_is_asked_once(tmp_path: Path) -> None:
    assert read(tmp_path, "acme") == ()
    own = {"behaviour": "acronym", "query": "VPC", "expected": ["a", "b"]}
    written(tmp_path, "names.jsonl", json.dumps(ENTITY), "", json.dumps(ENTITY | {"query": "project  lighthouse"}))
    written(tmp_path, "short.jsonl", json.dumps(own))
    written(tmp_path, "notes.txt", "nothing of a test")
    written(tmp_path, "names.jsonl", json.dumps(ENTITY | {"query": "of others"}), tenant="other")
    assert read(tmp_path, "acme") == (
        AddedTest(behaviour="acronym", query="VPC", expected=("a", "b"), within=5),
        AddedTest(behaviour="entity", query="Project Lighthouse", expected=("wiki/lighthouse",), within=3),
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 2 is no behaviour test: the line: Invalid JSON"),
        (json.dumps(ENTITY | {"expected": []}), "line 2 is no behaviour test: expected"),
        (json.dumps(ENTITY | {"within": 11}), "within"),
        (json.dumps(ENTITY | {"query": ""}), "query"),
        (json.dumps(ENTITY | {"behaviour": "general"}), "name what is tested"),
        (json.dumps(ENTITY | {"withn": 3}), "withn"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, why: str) -> None:
    written(tmp_path, "names.jsonl", json.dumps(ENTITY), line)
    with pytest.raises(Refused, match=why):
        read(tmp_path, "acme")


def test_a_file_of_other_bytes_and_too_many_tests_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "many.jsonl", *(json.dumps(ENTITY | {"query": f"q {n}"}) for n in range(MOST + 1)))
    with pytest.raises(Refused, match="at most 1,000"):
        read(tmp_path, "acme")
    (tmp_path / "behaviours" / "acme" / "many.jsonl").write_bytes(b'{"query": "\xe4"}')
    with pytest.raises(Refused, match="cannot be read"):
        read(tmp_path, "acme")
