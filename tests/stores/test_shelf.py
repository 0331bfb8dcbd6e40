from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from stores.errors import Refused
from stores.model_files import MANIFEST, REMOVED
from stores.shelf import BASE, Shelf, refused_name

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def made(path: Path, weights: bytes = b"weights") -> Path:
    (path / "1_Pooling").mkdir(parents=True)
    (path / "model.safetensors").write_bytes(weights)
    (path / "1_Pooling" / "config.json").write_text("{}")
    return path


@pytest.fixture(params=["file", "memory"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """The same suite on a local directory and on a remote kind of file system."""
    url = str(tmp_path / "shelf") if request.param == "file" else f"memory://{uuid4().hex}"
    return Shelf(url, tmp_path / "cache")


def test_what_was_put_is_fetched_byte_for_byte(shelf: Shelf, tmp_path: Path) -> None:
    entry = shelf.put("acme", "acme-run-1", made(tmp_path / "m"), {"run": "run-1"}, NOW)
    position = shelf.fetch("acme", "acme-run-1")
    assert (position / "model.safetensors").read_bytes() == b"weights"
    assert (position / "1_Pooling" / "config.json").read_text() == "{}"
    assert entry.about == {"run": "run-1"}
    assert shelf.entry("acme", "acme-run-1") == entry
    assert shelf.fetch("acme", "acme-run-1") == position


def test_putting_the_same_again_is_harmless_and_other_bytes_are_refused(shelf: Shelf, tmp_path: Path) -> None:
    first = shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    assert shelf.put("acme", "m-1", tmp_path / "m", {}, datetime(2027, 1, 1, tzinfo=UTC)) == first
    with pytest.raises(Refused, match="immutable"):
        shelf.put("acme", "m-1", made(tmp_path / "other", b"others"), {}, NOW)


def test_a_model_without_its_manifest_is_not_on_the_shelf(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    shelf._fs.rm(f"{shelf._place('acme', 'm-1')}/{MANIFEST}")
    assert shelf.entry("acme", "m-1") is None
    with pytest.raises(Refused, match="has no model"):
        shelf.fetch("acme", "m-1")
    shelf.put("acme", "m-1", made(tmp_path / "again", b"again"), {}, NOW)
    assert (shelf.fetch("acme", "m-1") / "model.safetensors").read_bytes() == b"again"


def test_damage_on_the_shelf_is_found(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    shelf._fs.pipe_file(f"{shelf._place('acme', 'm-1')}/model.safetensors", b"weighty")
    with pytest.raises(Refused, match="not what was published"):
        shelf.fetch("acme", "m-1")


@pytest.mark.parametrize("name", ["endpoint.json", "query_side.safetensors", "1_Pooling/more", "sub/MANIFEST.json"])
def test_a_file_that_was_added_to_a_model_is_never_read(shelf: Shelf, tmp_path: Path, name: str) -> None:
    shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    shelf._fs.makedirs(f"{shelf._place('acme', 'm-1')}/sub", exist_ok=True)
    shelf._fs.pipe_file(f"{shelf._place('acme', 'm-1')}/{name}", b"{}")
    if shelf._local:
        with pytest.raises(Refused, match=f"{name} is not what was published"):
            shelf.fetch("acme", "m-1")
    else:
        assert not (shelf.fetch("acme", "m-1") / name).exists()


def test_a_file_that_was_added_in_the_cache_goes(tmp_path: Path) -> None:
    shelf = Shelf(f"memory://{uuid4().hex}", tmp_path / "cache")
    shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    (shelf.fetch("acme", "m-1") / "endpoint.json").write_text("{}")
    assert sorted(path.name for path in shelf.fetch("acme", "m-1").iterdir()) == ["1_Pooling", "model.safetensors"]


def test_what_a_publication_that_was_cut_short_left_is_no_part_of_the_next(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made(tmp_path / "m") / "2_Dense").mkdir()
    for name in ("endpoint.json", "2_Dense/config.json"):
        (tmp_path / "m" / name).write_text("{}")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("pipe_file", "mv"):
        with monkeypatch.context() as patch:
            patch.setattr(shelf._fs, step, killed)
            with pytest.raises(KeyboardInterrupt):
                shelf.put("acme", "m-1", tmp_path / "m", {}, NOW)
    entry = shelf.put("acme", "m-1", made(tmp_path / "other"), {}, NOW)
    home = shelf.fetch("acme", "m-1")
    assert [*entry.files] == ["1_Pooling/config.json", "model.safetensors"]
    assert not [path for name in ("endpoint.json", "2_Dense/config.json") if (path := home / name).exists()]
    assert not [path for path in shelf._fs.find(shelf._place("acme", "m-1")) if path.endswith("endpoint.json")]


def test_damage_in_the_cache_is_mended(tmp_path: Path) -> None:
    shelf = Shelf(f"memory://{uuid4().hex}", tmp_path / "cache")
    shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    (shelf.fetch("acme", "m-1") / "model.safetensors").write_bytes(b"rotten!")
    assert (shelf.fetch("acme", "m-1") / "model.safetensors").read_bytes() == b"weights"


def test_tenants_do_not_see_each_other(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("acme", "acme-b-run", made(tmp_path / "m"), {}, NOW)
    assert shelf.entry("acme-b", "acme-b-run") is None
    with pytest.raises(Refused, match="has no model"):
        shelf.fetch("acme-b", "acme-b-run")


@pytest.mark.parametrize("name", ["../acme", "a/b", "", "A", "-a", "x" * 65, "a\n"])
def test_names_that_would_leave_the_shelf_are_refused(shelf: Shelf, tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="names no tenant"):
        shelf.fetch("acme", name)
    with pytest.raises(Refused, match="names no tenant"):
        shelf.put(name, "m-1", made(tmp_path / "m"), {}, NOW)


def test_a_manifest_that_points_outside_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    manifest = f"{shelf._place('acme', 'm-1')}/{MANIFEST}"
    text = shelf._fs.cat_file(manifest).decode().replace('"model.safetensors"', '"../../etc/passwd"')
    shelf._fs.pipe_file(manifest, text.encode())
    with pytest.raises(Refused, match="outside its own"):
        shelf.fetch("acme", "m-1")


def test_an_empty_directory_is_no_model(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="holds no file"):
        shelf.put("acme", "m-1", tmp_path / "absent", {}, NOW)


def test_the_base_model_needs_no_shelf(shelf: Shelf) -> None:
    assert (shelf.fetch("acme", BASE) / "model.safetensors").is_file()


def test_the_manifest_stands_for_every_byte_and_name_and_for_nothing_else(shelf: Shelf, tmp_path: Path) -> None:
    entry = shelf.put("acme", "m-1", made(tmp_path / "m"), {"run": "run-1"}, NOW)
    same = shelf.put("acme", "m-2", made(tmp_path / "same"), {}, datetime(2027, 1, 1, tzinfo=UTC))
    other = shelf.put("acme", "m-3", made(tmp_path / "other", b"weightS"), {}, NOW)
    (tmp_path / "m" / "model.safetensors").rename(tmp_path / "m" / "weights.safetensors")
    renamed = shelf.put("acme", "m-4", tmp_path / "m", {}, NOW)
    assert entry.manifest == same.manifest == shelf.manifest("acme", "m-1")
    assert len({entry.manifest, other.manifest, renamed.manifest}) == 3


def test_a_model_that_was_replaced_with_its_manifest_is_not_what_was_reviewed(shelf: Shelf, tmp_path: Path) -> None:
    reviewed = shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW).manifest
    assert shelf.fetch("acme", "m-1", reviewed).is_dir()
    shelf._fs.rm(shelf._place("acme", "m-1"), recursive=True)
    shelf.put("acme", "m-1", made(tmp_path / "other", b"evil"), {}, NOW)
    assert shelf.fetch("acme", "m-1").is_dir()
    with pytest.raises(Refused, match="changed after the review"):
        shelf.fetch("acme", "m-1", reviewed)


def test_the_base_model_is_held_to_what_is_installed(shelf: Shelf) -> None:
    installed = shelf.manifest("acme", BASE)
    assert shelf.fetch("acme", BASE, installed).is_dir()
    with pytest.raises(Refused, match="changed after the review"):
        shelf.fetch("acme", BASE, "0" * 64)


def test_a_removed_model_is_off_the_shelf_and_another_stays(shelf: Shelf, tmp_path: Path) -> None:
    for model in ("m-1", "m-2"):
        shelf.put("acme", model, made(tmp_path / model, model.encode()), {}, NOW)
    shelf.fetch("acme", "m-1")
    assert (shelf.tenants(), [*shelf.models("acme")], shelf.models("other")) == (["acme"], ["m-1", "m-2"], {})
    for _ in range(2):
        shelf.remove("acme", "m-1")
    assert ([*shelf.models("acme")], shelf.half_removed("acme")) == (["m-2"], [])
    with pytest.raises(Refused, match="has no model"):
        shelf.fetch("acme", "m-1")
    assert (shelf.fetch("acme", "m-2") / "model.safetensors").read_bytes() == b"m-2"


def test_a_removal_that_was_cut_short_is_known_and_ended(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put("acme", "m-1", made(tmp_path / "m-1"), {}, NOW)

    remove = shelf._fs.rm_file

    def killed(path: str) -> None:
        if not path.endswith(MANIFEST):
            raise KeyboardInterrupt
        remove(path)

    monkeypatch.setattr(shelf._fs, "rm_file", killed)
    with pytest.raises(KeyboardInterrupt):
        shelf.remove("acme", "m-1")
    monkeypatch.undo()
    assert (shelf.models("acme"), shelf.half_removed("acme")) == ({}, ["m-1"])
    shelf.remove("acme", "m-1")
    assert shelf.half_removed("acme") == []
    assert not shelf._fs.exists(shelf._place("acme", "m-1"))


def test_a_model_that_is_put_again_after_half_a_removal_stays(shelf: Shelf, tmp_path: Path) -> None:
    home = shelf._place("acme", "m-1")
    (made(tmp_path / "m") / "endpoint.json").write_text("{}")
    shelf.put("acme", "m-1", tmp_path / "m", {}, NOW)
    shelf._fs.mv(f"{home}/{MANIFEST}", f"{home}/{REMOVED}")
    assert shelf.half_removed("acme") == ["m-1"]
    entry = shelf.put("acme", "m-1", made(tmp_path / "other", b"others"), {}, NOW)
    assert (shelf.half_removed("acme"), shelf._fs.exists(f"{home}/{REMOVED}")) == ([], False)
    assert shelf.fetch("acme", "m-1", entry.manifest).is_dir()


def test_a_model_on_the_shelf_beside_an_old_mark_is_not_half_removed(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("acme", "m-1", made(tmp_path / "m"), {}, NOW)
    shelf._fs.pipe_file(f"{shelf._place('acme', 'm-1')}/{REMOVED}", b"{}")
    assert shelf.half_removed("acme") == []
    assert shelf.fetch("acme", "m-1").is_dir()


def test_the_name_of_what_a_run_refused_is_one_of_the_shelf_s() -> None:
    names = {refused_name(run) for run in ("run-1", "r" * 64, "r" * 63 + "s")}
    assert len(names) == 3
    assert "refused-run-1" in names
    assert all(len(name) <= 64 for name in names)
