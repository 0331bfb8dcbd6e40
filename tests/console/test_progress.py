"""Progress is seen on a terminal, with its total, and leaves nothing behind elsewhere."""

import io

from rich.console import Console

from console.progress import progress


def shown(terminal: bool) -> str:
    out = io.StringIO()
    with progress("sending [letters]", 40, Console(file=out, force_terminal=terminal, width=80)) as done:
        done(10)
        done(40)
    return out.getvalue()


def test_a_terminal_sees_how_much_of_how_much() -> None:
    result = shown(terminal=True)
    assert "sending [letters]" in result
    assert "40/40" in result


def test_a_file_sees_nothing() -> None:
    assert shown(terminal=False).strip() == ""
