"""A disk that is full: what cannot be written says so, and can be written again when there is room."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.faults.disk import Disk
from stores.errors import Misconfigured

WRITER = """
import sys
for line in sys.stdin:
    try:
        with open(line.strip(), "wb") as file:
            file.write(bytes(100_000))
        print("written", flush=True)
    except OSError as error:
        print(error.errno, flush=True)
"""


def writes(writer: "subprocess.Popen[str]", path: Path) -> bool:
    assert writer.stdin
    assert writer.stdout
    writer.stdin.write(f"{path}\n")
    writer.stdin.flush()
    return writer.stdout.readline().strip() == "written"


@pytest.mark.parametrize("kind", ["limit", "auto"])
def test_a_full_disk_takes_nothing_until_it_is_freed(kind: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Disk.under(data, kind) as disk:
        assert disk.kind in ("limit", "tmpfs")
        assert kind == "auto" or disk.kind == kind
        command = [sys.executable, "-c", WRITER]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
            assert writes(writer, data / "before")
            disk.fill(writer.pid)
            assert not writes(writer, data / "full")
            disk.free()
            assert writes(writer, data / "after")
            assert writer.stdin
            writer.stdin.close()


def test_a_tmpfs_that_cannot_be_mounted_is_a_matter_of_the_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.faults.disk._mounted", lambda directory: "not allowed")
    with pytest.raises(Misconfigured, match="--disk limit"), Disk.under(tmp_path / "data", "tmpfs"):
        raise AssertionError("it was mounted")
    with Disk.under(tmp_path / "other", "auto") as disk:
        assert disk.kind == "limit"
