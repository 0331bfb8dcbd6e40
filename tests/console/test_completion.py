"""Completion scripts are click's own, and what they call answers."""

from pathlib import Path

import pytest

from tests.console.running import CommandLine


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = CommandLine(monkeypatch, capsys)("completion", shell)
    assert ended.code == 0
    assert f"_TIDEWHEEL_COMPLETE={shell}_complete" in ended.out


def test_what_the_script_asks_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_TIDEWHEEL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "tidewheel connect s")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert CommandLine(monkeypatch, capsys)().out.split() == ["plain,searches", "plain,slack"]
