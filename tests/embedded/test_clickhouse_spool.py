"""An INSERT's data: whole or not at all, and gone afterwards."""

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.clickhouse_body import BadBody
from embedded.clickhouse_errors import EngineError
from embedded.clickhouse_spool import spooled


def test_data_are_lent_whole_and_leave_nothing(tmp_path: Path) -> None:
    with spooled([b"a" * 100_000, b"", b"b"], tmp_path) as path:
        assert Path(path).read_bytes() == b"a" * 100_000 + b"b"
    assert os.listdir(tmp_path) == []
    assert not Path(path).exists()


def test_data_that_break_off_are_not_lent(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise BadBody("cut short")

    with pytest.raises(BadBody), spooled(broken(), tmp_path):
        pytest.fail("half of it was lent")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False)])
def test_a_full_disk_is_clickhouses_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, full: bool
) -> None:
    class Full:
        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None: ...

        def write(self, data: bytes) -> int:
            raise OSError(number, "no")

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: Full())
    with pytest.raises(EngineError if full else OSError) as caught, spooled([b"a"], tmp_path):
        pytest.fail("it was lent")
    assert getattr(caught.value, "code", None) == (243 if full else None)
