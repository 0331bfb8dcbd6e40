"""Other users of the machine read and write nothing of the home, whatever the umask of whoever uses it lets through."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import cli
from embedded import control
from stores import keys
from stores.errors import Misconfigured
from stores.settings import Settings
from tests.console.pointing import point_at
from tests.homes import contents, entries
from tests.stores.keyed import settings_of


@pytest.fixture
def no_mask() -> Iterator[None]:
    """The umask of a careless shell: everything is let through."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(home: Path) -> list[str]:
    """What others may read, write or enter, the home first."""
    return [
        f"{stat.filemode(state.st_mode)} {path}"
        for path, state in [(home, home.lstat()), *entries(home)]
        if not stat.S_ISLNK(state.st_mode) and not stat.S_ISSOCK(state.st_mode) and state.st_mode & 0o077
    ]


def test_the_first_command_of_a_home_leaves_nothing_open(
    no_mask: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches `mkdir(mode=0o700, parents=True)`: it makes the missing parents by the umask alone, so that anybody could
    exchange the register of the operators' keys."""
    home = tmp_path / "a" / "home"
    point_at(settings_of(home), "tidewheel", monkeypatch)
    for command in (["operators", "add", "sam"], ["config", "--init"]):
        assert CliRunner().invoke(cli, command).exit_code == 0
    assert open_to_others(tmp_path / "a") == []
    assert {path.name for path in home.rglob("*") if path.is_file()} >= {"sam.key", "trusted.json", "tidewheel.toml"}


def test_a_stack_that_is_started_without_a_mask_leaves_nothing_open(no_mask: None, tmp_path: Path) -> None:
    """Catches a supervisor that makes its files, or lets its servers make theirs, by the umask that it was given."""
    home = tmp_path / "home"
    control.start_in_background(home, tied=True)
    try:
        assert open_to_others(home) == []
        assert {path.parent.name for path, _ in contents(home)} >= {
            "home",
            "logs",
            "redis",
            "clickhouse",
        }
    finally:
        control.down(home)


def test_a_key_that_others_may_read_signs_nothing(no_mask: None, tmp_path: Path) -> None:
    """Catches a reader of keys that takes any file: whoever could read it can sign in its owner's name."""
    where = settings_of(tmp_path / "home")
    keys.installation(where)
    path = keys.directory(where) / "installation.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for mode in (0o640, 0o604, 0o660, 0o644):
        path.chmod(mode)
        with pytest.raises(Misconfigured, match="chmod 600"):
            keys.installation(where)


def test_what_a_service_writes_is_its_owners_alone(no_mask: None, tmp_path: Path) -> None:
    """Catches a service that writes models, snapshots and reports by the umask of whoever started it."""
    code = (
        "import sys; from pathlib import Path; from stores.service import run\n"
        "sys.exit(run(lambda life: Path(sys.argv[1], 'report').mkdir() or Path(sys.argv[1], 'report', 'r').touch()))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert open_to_others(tmp_path / "report") == []


def test_the_passwords_stand_in_no_command_line_and_no_log(stack: Settings) -> None:
    """Catches a password that is an argument of a server (`ps` shows it to everybody) or a line of a log."""
    secrets = {
        address.get_secret_value().partition("@")[0].rpartition(":")[2]
        for address in (stack.redis_url, stack.clickhouse_url)
    }
    assert all(len(secret) > 20 for secret in secrets)
    pids = [state.pid for state in control.status(stack.home) if state.pid]
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace") for pid in pids]
    logs = [path.read_text(errors="replace") for path in (stack.home / "logs").iterdir()]
    assert [text for text in (*lines, *logs) for secret in secrets if secret in text] == []
