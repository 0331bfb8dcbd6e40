"""What the machine has left, and what its control groups leave of it."""

import shutil
from pathlib import Path

import psutil
import pytest

from stores import machine

MIB = 1024 * 1024


def group(at: Path, limit: str, used: int, files: int, kind: int = 2) -> None:
    names = ("memory.max", "memory.current", "inactive_file")
    if kind == 1:
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    at.mkdir(parents=True, exist_ok=True)
    (at / names[0]).write_text(limit + "\n")
    (at / names[1]).write_text(f"{used}\n")
    (at / "memory.stat").write_text(f"anon 5\n{names[2]} {files}\n")


def of(root: Path, line: str) -> machine.Memory:
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/cgroup").write_text(f"3:cpu:/x\n{line}\n")
    return machine.memory(root)


def test_free_is_what_the_disk_of_a_path_has_though_it_is_not_there_yet(tmp_path: Path) -> None:
    free = machine.free_disk(tmp_path / "not" / "yet")
    assert free == pytest.approx(shutil.disk_usage(tmp_path).free, abs=512 * MIB)


def test_without_groups_it_is_the_machines(tmp_path: Path) -> None:
    found = machine.memory(tmp_path)
    assert found.most == psutil.virtual_memory().total
    assert 0 < found.available <= found.most


def test_the_narrowest_group_counts_and_files_that_are_given_back_do_not(tmp_path: Path) -> None:
    top = tmp_path / "sys/fs/cgroup"
    group(top, "max", 900 * MIB, 0)
    group(top / "a", str(64 * MIB), 50 * MIB, 20 * MIB)
    group(top / "a/b", str(128 * MIB), 10 * MIB, 0)
    assert of(tmp_path, "0::/a/b") == machine.Memory(34 * MIB, 64 * MIB)
    assert of(tmp_path, "0::/elsewhere").most == psutil.virtual_memory().total


def test_a_container_sees_its_own_group_at_the_top(tmp_path: Path) -> None:
    group(tmp_path / "sys/fs/cgroup/memory", str(32 * MIB), 8 * MIB, 1 * MIB, kind=1)
    assert of(tmp_path, "4:hugetlb,memory:/docker/1234") == machine.Memory(25 * MIB, 32 * MIB)
    group(tmp_path / "sys/fs/cgroup/memory", str(2**63 - 4096), 8 * MIB, 1 * MIB, kind=1)
    assert of(tmp_path, "4:hugetlb,memory:/docker/1234").most == psutil.virtual_memory().total
