"""Commands called with nonsense: each is answered by one line that says what is right."""

import shlex
from pathlib import Path

import pytest

from stores.settings import Settings
from tests.console.running import CommandLine

FOLDER = Path(__file__).parent / "16-nonsense-on-the-command-line"
LINES = [
    tuple(part.strip() for part in line.split("=>"))
    for line in (FOLDER / "commands.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line without any stack: what is wrong is said before one is looked for."""
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return CommandLine(monkeypatch, capsys)


def arguments(command: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "a file"
    file.write_text("no event\n")
    known = {"$X": "x" * 10_000, "$B": "\udcff", "$D": str(tmp_path), "$F": str(file), "$N": str(tmp_path / "nothing")}
    return [known.get(part, part.replace("\\n", "\n")) for part in shlex.split(command)]


@pytest.mark.parametrize(("command", "words"), LINES, ids=[command for command, _ in LINES])
def test_one_line_names_the_option_and_its_right_form(
    nowhere: CommandLine, tmp_path: Path, command: str, words: str
) -> None:
    """one line `tidewheel: ...` that names the option or setting and its right form, exit 2"""
    ended = nowhere(*arguments(command, tmp_path))
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert line.startswith("tidewheel: ")
    assert words in line
    assert len(line) < 400


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TIDEWHEEL_TENANTS", "acme", "TENANTS"),
        ("TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S", "-1", "TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S: "),
        ("TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S", "soon", "TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S: "),
        ("TIDEWHEEL_REDIS_ULR", "redis://x", "TIDEWHEEL_REDIS_ULR is unknown, the nearest known name is 'TIDEW"),
        ("TIDEWHEEL_REDIS_URL", "nonsense", "TIDEWHEEL_REDIS_URL"),
        ("TIDEWHEEL_CLICKHOUSE_URL", "nonsense", "TIDEWHEEL_CLICKHOUSE_URL"),
    ],
)  # fmt: skip
def test_a_setting_is_named_too(
    nowhere: CommandLine, stack: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """a misspelt or impossible setting is named, with its right form"""
    monkeypatch.setenv("TIDEWHEEL_HOME", str(stack.home))
    monkeypatch.setenv(name, value)
    ended = nowhere("status")
    assert ended.code == 2
    (line,) = [line for line in ended.err.splitlines() if line.strip()]
    assert line.startswith("tidewheel: ")
    assert words in line


@pytest.mark.parametrize("command", [("drift",), ("runs",), ("status",), ("retrain",), ("rollback",), ("packet",)])
def test_an_unknown_tenant_is_named_with_the_nearest(
    tidewheel: CommandLine, known_tenant: str, command: tuple[str, ...]
) -> None:
    """a misspelt tenant is told, with the nearest known one, and is not 'nothing yet'"""
    ended = tidewheel(*command, "--tenant", f"{known_tenant}x")
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == (
        f"tidewheel: --tenant: there is no tenant '{known_tenant}x', the nearest known name is '{known_tenant}'"
    )
