"""Key files are for their owner alone; keys are read from PEM and from seeds, and nothing else."""

import base64
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from stores import keys
from stores.errors import Misconfigured, Refused
from tests.stores.keyed import settings_of

RFC_8032_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
RFC_8032_PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
RFC_8032_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


def test_signatures_are_those_of_the_standard() -> None:
    key = keys.parse(base64.b64encode(RFC_8032_SEED).decode(), "here")
    assert (key.public, key.sign(b"")) == (RFC_8032_PUBLIC, RFC_8032_SIGNATURE)
    assert keys.verifies(key.public, RFC_8032_SIGNATURE, b"")
    assert not keys.verifies(key.public, RFC_8032_SIGNATURE, b" ")
    assert not keys.verifies(keys.generate().public, RFC_8032_SIGNATURE, b"")
    assert not keys.verifies(b"short", RFC_8032_SIGNATURE, b"")


def test_derived_secrets_are_the_same_for_a_key_and_purpose_and_no_other() -> None:
    key, other = keys.parse(base64.b64encode(RFC_8032_SEED).decode(), "here"), keys.generate()
    assert len(key.derived("a")) == 32
    assert key.derived("a") == key.derived("a")
    assert len({key.derived("a"), key.derived("b"), other.derived("a"), RFC_8032_SEED}) == 4


def test_the_installations_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    where = settings_of(tmp_path / "home")
    first = keys.installation(where)
    path = tmp_path / "home" / "keys" / "installation.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert keys.installation(where).public == first.public
    assert [file.name for file in path.parent.iterdir()] == ["installation.key"]


def test_services_that_start_together_share_one_key(tmp_path: Path) -> None:
    where = settings_of(tmp_path / "home")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: keys.installation(where).public, range(32)))
    assert len(set(made)) == 1


def test_a_loose_umask_opens_no_key(tmp_path: Path) -> None:
    script = (
        "import os; os.umask(0)\nfrom pathlib import Path\nfrom stores import keys\n"
        f"keys.write_new(Path({str(tmp_path)!r}) / 'made' / 'a.key', keys.generate())"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    assert (tmp_path / "made" / "a.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.key"
    assert keys.write_new(path, keys.generate())
    os.chmod(path, mode)
    with pytest.raises(Misconfigured, match="chmod 600"):
        keys.read(path)


def test_a_key_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_text("what somebody needs")
    assert not keys.write_new(path, keys.generate())
    assert path.read_text() == "what somebody needs"


def test_the_setting_goes_before_the_file_and_is_never_printed(tmp_path: Path) -> None:
    key = keys.generate()
    where = settings_of(tmp_path, signing_key=key.pem().decode())
    assert keys.installation(where).public == key.public
    assert not (tmp_path / "keys").exists()
    assert "PRIVATE" not in repr(where)


def _elliptic() -> str:
    private = ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.mark.parametrize("text", ["", "hunter2", "AAAA", _elliptic(), "-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_what_is_no_key_is_an_error_that_does_not_repeat_it(text: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        keys.parse(text, "TIDEWHEEL_SIGNING_KEY")
    assert str(raised.value).startswith("TIDEWHEEL_SIGNING_KEY holds")
    assert not text or text not in str(raised.value)


@pytest.mark.parametrize("name", ["", ".", "..", "../sam", "a/b", "a\x00b", ".sam", "s" * 65, "sam ", "-x"])
def test_a_name_that_leaves_the_directory_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="no operator's name"):
        keys.operator_file(settings_of(tmp_path), name)
