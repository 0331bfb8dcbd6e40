"""What was sent is remembered over a crash, and by one run at a time."""

from pathlib import Path

import pytest

from connectors.sent_file import Known, document_line, event_line, glance, opened, read
from stores.errors import Retryable

LINES = [
    document_line("hr/leave", Known(7, "aa")), event_line("e1"), document_line("hr/pay", Known(8, "bb", True)),
    document_line("hr/leave", Known(9, "cc", place=5, closed=True)),
]  # fmt: skip


def test_the_last_line_of_a_document_holds() -> None:
    sent = read(LINES)
    assert sent.documents == {"hr/leave": Known(9, "cc", place=5, closed=True), "hr/pay": Known(8, "bb", True)}
    assert sent.events == {"e1"}


def test_lines_of_an_earlier_version_are_read_as_open_and_without_a_place() -> None:
    sent = read(["D\thr/leave\t9\tcc\n", "G\thr/pay\t8\tbb\n", "E\te1\n"])
    assert sent.documents == {"hr/leave": Known(9, "cc"), "hr/pay": Known(8, "bb", gone=True)}
    assert sent.events == {"e1"}


@pytest.mark.parametrize("line", ["D\ta\t\taa\t1\t0\n", "D\ta\t1\taa\t\t0\n", "D\ta\t1\taa\t1\n", "D\ta\t1\taa\t1\t0"])
def test_what_is_no_whole_line_is_passed_over(line: str) -> None:
    assert read([line]).documents == {}


def test_lines_last_until_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "acme" / "wiki.sent"
    assert glance(path) == read([])
    with opened(path) as file:
        file.add(LINES)
    assert (path.stat().st_mode & 0o077, path.parent.stat().st_mode & 0o077) == (0, 0)
    with opened(path) as file:
        assert file.sent == read(LINES) == glance(path)


OTHER = document_line("handbuch/übung", Known(9, "cc")).encode()


@pytest.mark.parametrize("cut", range(1, len(OTHER)))
def test_half_a_line_at_the_end_is_forgotten_and_harms_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "wiki.sent"
    path.write_bytes((LINES[0].encode() + OTHER)[:-cut])
    assert glance(path) == read([LINES[0]])
    with opened(path) as file:
        assert file.sent == read([LINES[0]])
        file.add([event_line("e2")])
    assert path.read_text() == LINES[0] + event_line("e2")


def test_a_line_that_is_no_utf8_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "wiki.sent"
    path.write_bytes(LINES[0].encode() + b"D\thandbuch/\xc3\t1\tab\n" + LINES[1].encode())
    with opened(path) as file:
        assert file.sent == glance(path) == read(LINES[:2])


def test_a_second_run_of_the_same_source_waits(tmp_path: Path) -> None:
    with opened(tmp_path / "x.sent"), pytest.raises(Retryable, match="another run"), opened(tmp_path / "x.sent"):
        pass
