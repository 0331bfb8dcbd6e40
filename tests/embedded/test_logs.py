"""Logs are bounded, and their last words are shown."""

from pathlib import Path

from embedded import logs


def test_the_last_run_is_put_aside_and_growth_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "x.log"
    with logs.start(path) as log:
        log.write(b"first run\n")
    with logs.start(path) as log:
        assert path.with_name("x.log.1").read_bytes() == b"first run\n"
        log.write(b"x" * logs.LIMIT + b"last words\n")
        logs.trim(path)
        log.write(b"after\n")
    assert path.read_bytes() == b"after\n"
    kept = path.with_name("x.log.1").read_bytes()
    assert len(kept) == logs.KEPT
    assert kept.endswith(b"last words\n")


def test_the_tail_is_short_and_a_missing_log_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_bytes(b"".join(b"%d\n" % i for i in range(100)) + b"\xff\n")
    assert logs.tail(tmp_path / "x.log", 2) == "  99\n  �"
    assert "No such file" in logs.tail(tmp_path / "absent.log")


def test_the_last_line_is_the_last_that_says_something(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text("first\nlast words\n\n  \n")
    assert logs.last_line(tmp_path / "x.log") == "last words"
    (tmp_path / "x.log").write_text("")
    assert logs.last_line(tmp_path / "x.log") == "(empty)"
