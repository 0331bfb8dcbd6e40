"""Names that are paths, and links where files are expected: nothing outside the home is read, written or named."""

import json
import os
from pathlib import Path

import pytest

from operations import operators
from stores import keys
from stores.errors import Misconfigured, Refused
from stores.model_files import MANIFEST
from stores.shelf import Shelf
from tests.stores.keyed import AT, settings_of

PATHS = [
    "..", "../..", "../../etc/cron.d/x", "/etc/passwd", "a/../../b", "a/b", ".", "", "a\x00b", "a\nb", "%2e%2e%2f",
    "a\\..\\b", "~root", "x" * 300, "\u2024\u2024/etc", "CON:", "\udcff",
]  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    model = tmp_path / "made"
    (model / "sub").mkdir(parents=True)
    (model / "sub" / "weights").write_text("weights")
    shelf = Shelf(str(tmp_path / "shelf"), tmp_path / "cache")
    shelf.put("acme", "m1", model, {}, AT)
    return shelf


def everything(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


@pytest.mark.parametrize("name", PATHS)
def test_no_tenant_and_no_model_of_the_shelf_is_a_path(shelf: Shelf, tmp_path: Path, name: str) -> None:
    """Catches a shelf that joins names to its root unchecked, or checks them by `startswith`."""
    before = everything(tmp_path)
    for tenant, model in ((name, "m1"), ("acme", name)):
        with pytest.raises(Refused, match="names no tenant or model"):
            shelf.put(tenant, model, tmp_path / "made", {}, AT)
        with pytest.raises(Refused, match="names no tenant or model"):
            shelf.fetch(tenant, model)
        with pytest.raises(Refused, match="names no tenant or model"):
            shelf.entry(tenant, model)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "sub/../../outside", "./sub/weights", "sub//weights"])
def test_a_manifest_names_no_file_outside_its_model(shelf: Shelf, tmp_path: Path, name: str) -> None:
    """Catches a download that takes the manifest's word for where a file belongs."""
    manifest = tmp_path / "shelf" / "acme" / "m1" / MANIFEST
    content = json.loads(manifest.read_text())
    content["files"] = {name: next(iter(content["files"].values()))}
    manifest.write_text(json.dumps(content))
    with pytest.raises(Refused, match="outside its own"):
        shelf.fetch("acme", "m1")


def test_a_link_in_place_of_a_models_file_is_held_against_its_hash(shelf: Shelf, tmp_path: Path) -> None:
    """Catches a verification by name and size: the link's target has both."""
    weights = tmp_path / "shelf" / "acme" / "m1" / "sub" / "weights"
    (tmp_path / "other").write_text("WEIGHTS")
    weights.unlink()
    weights.symlink_to(tmp_path / "other")
    with pytest.raises(Refused, match="not what was published"):
        shelf.fetch("acme", "m1")


def test_a_model_that_is_linked_under_another_tenants_name_is_not_theirs(shelf: Shelf, tmp_path: Path) -> None:
    """Catches a shelf that believes the path and not the manifest's own tenant and model."""
    (tmp_path / "shelf" / "other").mkdir()
    for name in ("m1", "m2"):
        (tmp_path / "shelf" / "other" / name).symlink_to(tmp_path / "shelf" / "acme" / "m1")
        with pytest.raises(Refused, match="another model"):
            shelf.fetch("other", name)


@pytest.mark.parametrize("name", PATHS)
def test_no_operator_is_a_path(tmp_path: Path, name: str) -> None:
    """Catches `keys / f"{name}.key"` for any name, which writes a key wherever the name leads."""
    where = settings_of(tmp_path / "home")
    operators.add(where, "sam", AT)
    before = everything(tmp_path)
    with pytest.raises(Refused, match="operator"):
        operators.add(where, name, AT)
    with pytest.raises(Refused):
        operators.revoke(where, name, AT)
    assert everything(tmp_path) == before


def test_a_new_key_is_written_through_no_link(tmp_path: Path) -> None:
    """Catches `open(path, "w")`: a link that waits under the name would have its target overwritten."""
    where, victim = settings_of(tmp_path / "home"), tmp_path / "victim"
    victim.write_text("precious")
    operators.add(where, "sam", AT)
    keys.operator_file(where, "ann").symlink_to(victim)
    assert not operators.add(where, "ann", AT).is_symlink()
    keys.operator_file(where, "ben").symlink_to(tmp_path / "nothing yet")
    with pytest.raises(Refused, match="never replaces"):
        operators.add(where, "ben", AT)
    out = tmp_path / "out.key"
    out.symlink_to(victim)
    with pytest.raises(Refused, match="never replaces"):
        operators.add(where, "cem", AT, out)
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nothing yet").exists()
    keys.operator_file(where, "ben").unlink()
    assert {each.name for each in operators.listed(where)} == {"ann", "sam"}


def test_a_key_that_is_a_link_to_an_open_file_signs_nothing(tmp_path: Path) -> None:
    """Catches a check of the link's own mode, or of the directory's, in place of the file's."""
    where = settings_of(tmp_path / "home")
    operators.add(where, "sam", AT)
    path, elsewhere = keys.operator_file(where, "sam"), tmp_path / "elsewhere.key"
    os.rename(path, elsewhere)
    elsewhere.chmod(0o644)
    path.symlink_to(elsewhere)
    with pytest.raises(Misconfigured, match="chmod 600"):
        keys.read(path)
