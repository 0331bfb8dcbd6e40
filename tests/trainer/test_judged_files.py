from pathlib import Path

import pytest

from retrieval.query_side import FILE
from stores.errors import Refused
from stores.model_files import MANIFEST
from trainer.judged_files import CARD, check_judged, judged_files


def model(directory: Path, **files: str) -> Path:
    named = {
        "model.safetensors": "weights",
        "1_Pooling/config.json": "{}",
        MANIFEST: "{}",
        CARD: "of a run",
        FILE: "a side",
    }
    for name, text in (named | files).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def test_what_decides_how_a_model_reads_is_judged_and_its_card_is_not(tmp_path: Path) -> None:
    found = judged_files(model(tmp_path))
    assert set(found) == {"model.safetensors", "1_Pooling/config.json", FILE}
    assert set(judged_files(tmp_path, without_side=True)) == {"model.safetensors", "1_Pooling/config.json"}


def test_the_same_files_may_be_published_with_another_card(tmp_path: Path) -> None:
    judged = judged_files(model(tmp_path / "judged"))
    published = model(tmp_path / "published", **{CARD: "another", MANIFEST: "[]"})
    check_judged(judged_files(published), judged)


@pytest.mark.parametrize("name", ["model.safetensors", "1_Pooling/config.json", FILE, "2_Dense/config.json"])
def test_a_file_that_changed_or_came_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    judged = judged_files(model(tmp_path / "judged"))
    with pytest.raises(Refused, match=name.replace(".", r"\.")):
        check_judged(judged_files(model(tmp_path / "published", **{name: "other"})), judged)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    judged = judged_files(model(tmp_path))
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(Refused, match="safetensors"):
        check_judged(judged_files(tmp_path), judged)
