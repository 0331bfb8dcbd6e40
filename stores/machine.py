"""What a machine has left for one more process: bytes on a disk, and memory, within what a container may have."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

_NO_LIMIT = 1 << 60
"""What the first kind of control groups says where there is no limit is greater than this."""


class Memory(NamedTuple):
    """Bytes that processes can still have, and bytes that they can have at most."""

    available: int
    most: int


def free_disk(path: Path) -> int:
    """Return the bytes that are free where the path is, or will be."""
    return shutil.disk_usage(next(at for at in (path, *path.absolute().parents) if at.exists())).free


def memory(root: Path = Path("/")) -> Memory:
    """Return the memory of the machine, or of the narrowest control group that this process is in."""
    whole = psutil.virtual_memory()
    found = [Memory(whole.available, whole.total), *_groups(root)]
    return Memory(min(one.available for one in found), min(one.most for one in found))


def _groups(root: Path) -> Iterator[Memory]:
    """Yield the limits of this process's control groups of either kind; those of a container's are at the top."""
    own, mounted = root / "proc/self/cgroup", root / "sys/fs/cgroup"
    for line in own.read_text().splitlines() if own.is_file() else ():
        _, kinds, name = line.split(":", 2)
        if kinds == "":
            top, files = mounted, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            top, files = mounted / "memory", ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        at = top / name.lstrip("/")
        for group in (at, *at.parents):
            if group.is_relative_to(top) and (found := _group(group, *files)):
                yield found


def _group(group: Path, limit: str, usage: str, given_back: str) -> Memory | None:
    """Return the limit of one group, if it has one; what the system would give back of files counts as available."""
    try:
        most, used = int((group / limit).read_text()), int((group / usage).read_text())
        lines = (line.split() for line in (group / "memory.stat").read_text().splitlines())
        files = next((int(value) for name, value in lines if name == given_back), 0)
    except (OSError, ValueError):  # no such group, or no limit
        return None
    return Memory(max(0, most - used + files), most) if most < _NO_LIMIT else None
