"""Every server that knows passwords asks for one, and nothing but its owner's files tells it."""

import os
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import redis

from embedded import passwords, state_files
from embedded.passwords import Passwords
from stores.settings import Settings
from tests.embedded.asking import Address, ask


def test_passwords_are_made_once_and_kept(tmp_path: Path) -> None:
    assert passwords.recall(tmp_path) == Passwords()
    made = passwords.keep(tmp_path)
    assert passwords.keep(tmp_path) == passwords.recall(tmp_path) == made
    assert len({made.redis, made.clickhouse}) == 2
    assert min(len(made.redis), len(made.clickhouse)) >= 32
    assert stat.S_IMODE((tmp_path / passwords.FILE).stat().st_mode) == 0o600
    assert passwords.keep(tmp_path / "..") != made
    (tmp_path / ".." / passwords.FILE).unlink()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"redis": "x"}'])
def test_a_damaged_file_makes_new_ones(tmp_path: Path, damage: str) -> None:
    (tmp_path / passwords.FILE).write_text(damage)
    made = passwords.keep(tmp_path)
    assert made.redis not in ("", "x")
    assert passwords.recall(tmp_path) == made


def test_addresses_are_shown_without_them() -> None:
    assert passwords.without(
        {"a": "redis://:pw@127.0.0.1:1/0", "b": "http://default:p@w@h:2/x?y", "c": "127.0.0.1:3", "d": "http://h:4"}
    ) == {"a": "redis://127.0.0.1:1/0", "b": "http://h:2/x?y", "c": "127.0.0.1:3", "d": "http://h:4"}


def test_the_servers_ask_for_their_passwords(stack: Settings) -> None:
    url = urlsplit(stack.redis_url.get_secret_value())
    assert url.password
    with redis.Redis(port=url.port or 0) as stranger, pytest.raises(redis.exceptions.AuthenticationError):
        stranger.get("a")
    clickhouse = urlsplit(stack.clickhouse_url.get_secret_value())
    stranger_there = Address(clickhouse.hostname or "", clickhouse.port or 0)
    assert ask(stranger_there, "SELECT 1")[0] == 403
    assert ask(stranger_there, None, query="SELECT 1")[0] == 403
    assert ask(stranger_there, "SELECT 1", password=clickhouse.password or "")[2] == b"1\n"


def test_curl_asks_with_the_file_that_readme_names(stack: Settings, address: Address) -> None:
    ask(address, "CREATE DATABASE IF NOT EXISTS tidewheel")
    for sql, answer in (("SELECT 1 + 1", "2\n"), ("SELECT 'ü' AS a FORMAT JSONEachRow", '{"a":"ü"}\n')):
        command = ["curl", "-K", str(stack.home / state_files.CURL), "--data-binary", sql]
        asked = subprocess.run(command, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
        assert asked.stdout == answer


def test_no_command_line_and_no_log_carries_one(stack: Settings) -> None:
    kept = passwords.recall(stack.home)
    secrets = [kept.redis, kept.clickhouse]
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        assert not any(secret in line for secret in secrets), line
    for log in (stack.home / "logs").iterdir():
        text = log.read_text(errors="replace")
        assert not any(secret in text for secret in secrets), log.name


def test_the_home_of_a_running_stack_is_its_owners_alone(stack: Settings) -> None:
    assert stat.S_IMODE(stack.home.stat().st_mode) == 0o700
    opened = []
    for directory, names, files in os.walk(stack.home):
        if directory == str(stack.home):
            names[:] = set(names) - {"shelf"}  # tests of the trainer write models there with their own umask
        for name in (*names, *files):
            mode = Path(directory, name).lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & 0o077:
                opened.append((str(Path(directory, name)), oct(mode)))
    assert not opened
    kept = {name: (stack.home / name).stat().st_mode & 0o777 for name in (state_files.STACK, state_files.CURL)}
    assert set(kept.values()) == {0o600}
