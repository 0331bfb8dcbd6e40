import os
from pathlib import Path

import pytest

from stores.errors import Refused
from stores.model_files import MANIFEST, REMOVED, files_of, is_of_the_shelf, manifest_of


def test_every_file_is_named_by_its_path_and_the_shelfs_own_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("weights", f"sub/{MANIFEST}", MANIFEST, f"{MANIFEST}.{'0a' * 16}", REMOVED):
        (tmp_path / name).write_text("weights")
    found = files_of(tmp_path)
    assert [*found] == [f"sub/{MANIFEST}", "weights"]
    assert found["weights"].bytes == 7
    assert files_of(tmp_path / "absent") == {}


@pytest.mark.parametrize("name", [MANIFEST.lower(), f"{MANIFEST}.x", f"{MANIFEST}\n", f"sub/{MANIFEST}", "config.json"])
def test_a_name_that_is_only_like_one_of_the_shelfs_is_a_models(name: str) -> None:
    assert not is_of_the_shelf(name)


def test_what_a_loader_might_follow_out_of_the_model_is_refused(tmp_path: Path) -> None:
    for name in ("directory", "gone", "pipe"):
        (tmp_path / name).mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "directory" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "gone" / "link").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe" / "pipe")
    for name in ("directory", "gone", "pipe"):
        with pytest.raises(Refused, match="neither a file nor a directory"):
            files_of(tmp_path / name)


def test_the_hash_stands_for_names_and_contents(tmp_path: Path) -> None:
    hashes = set()
    for number, (name, text) in enumerate([("a", "x"), ("b", "x"), ("a", "y")]):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / name).write_text(text)
        hashes.add(manifest_of(files_of(tmp_path / str(number))))
    assert len(hashes) == 3
