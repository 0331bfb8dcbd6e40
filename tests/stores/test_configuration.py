import json
import os
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from stores import configuration
from stores.configuration import Layer, leaves, rules, validated
from stores.errors import Misconfigured


class Inner(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    gap_s: int = Field(default=30, ge=1, description="seconds of silence")
    words: tuple[str, ...] = Field(default=("a",), description="words left out")


class Outer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    inner: Inner = Inner()
    share: float = Field(default=0.5, gt=0, le=1, description="share of all")
    names: frozenset[str] = Field(default=frozenset({"b", "a"}), description="names in no order")
    strengths: dict[str, float] = Field(default={"up": 1.0}, description="strength by name")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TIDEWHEEL_")]:
        monkeypatch.delenv(name)


def write(home: Path, text: str) -> Path:
    path = home / "tidewheel.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_file_and_environment_the_defaults_hold(tmp_path: Path) -> None:
    assert configuration.load("streams", Outer, tmp_path) == Outer()


def test_the_environment_stands_above_the_file_and_the_file_above_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "[streams]\nshare = 0.1\n[streams.inner]\ngap_s = 7\nwords = ['x', 'y']\n[drift]\nanything = 1")
    monkeypatch.setenv("TIDEWHEEL_STREAMS", '{"inner": {"gap_s": 9}}')
    found = configuration.load("streams", Outer, tmp_path)
    assert (found.inner.gap_s, found.inner.words, found.share) == (9, ("x", "y"), 0.1)
    said = {rule.key: rule.source for rule in rules("streams", found, configuration.layers("streams", tmp_path))}
    assert said == {
        "streams.inner.gap_s": "environment",
        "streams.inner.words": "file",
        "streams.share": "file",
        "streams.names": "default",
        "streams.strengths": "default",
    }


def test_a_table_that_is_no_model_replaces_the_default_as_a_whole() -> None:
    file = Layer("file", "f", {"strengths": {"down": 0.3, "up": 0.2}})
    environment = Layer("environment", "e", {"strengths": {"left": 1}})
    assert validated("s", Outer, [file]).strengths == {"down": 0.3, "up": 0.2}
    assert validated("s", Outer, [environment, file]).strengths == {"left": 1.0}


def test_a_list_becomes_what_the_field_is_and_values_are_shown_in_a_fixed_order() -> None:
    found = validated("s", Outer, [Layer("file", "f", {"names": ["z", "y"]})])
    assert found.names == frozenset({"y", "z"})
    assert [(path, value) for path, value, _ in leaves(found)][:2] == [(("share",), 0.5), (("names",), ["y", "z"])]


def test_a_file_that_the_environment_names_is_used_and_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "[streams]\nshare = 0.1")
    other = tmp_path / "other.toml"
    other.write_text("[streams]\nshare = 0.2")
    monkeypatch.setenv("TIDEWHEEL_CONFIG", str(other))
    assert configuration.load("streams", Outer, tmp_path).share == 0.2
    other.unlink()
    with pytest.raises(Misconfigured, match=r"other\.toml cannot be read .*TIDEWHEEL_CONFIG"):
        configuration.load("streams", Outer, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[stream]", "section 'stream' is unknown, the nearest known name is 'streams'"),
        ("streams = 3", r"streams is 3: it must be a table, \[streams\]"),
        ("[streams", "is no TOML"),
        ("[streams]\nshar = 0.1", "streams.shar is unknown, the nearest known name is 'share'"),
        ("[streams]\nzzz = 0.1", "streams.zzz is unknown, known are inner, names, share, strengths"),
        ("[streams.inner]\ngap = 3", "streams.inner.gap is unknown, the nearest known name is 'gap_s'"),
        ("[streams]\ninner = 3", "streams.inner is 3: it must be a table"),
        (
            "[streams.inner]\ngap_s = '3'",
            r'streams.inner.gap_s is "3": it must be a valid integer \(seconds of silence',
        ),
        ("[streams.inner]\ngap_s = true", "streams.inner.gap_s is true: it must be a valid integer"),
        ("[streams.inner]\ngap_s = 0", "streams.inner.gap_s is 0: it must be greater than or equal to 1"),
        ("[streams]\nshare = nan", "streams.share is nan: it must be a finite number"),
        ("[streams]\nshare = inf", "streams.share is inf: it must be a finite number"),
        (f"[streams]\nshare = {date(2026, 1, 1)}", "streams.share is .*2026-01-01.*: it must be a valid number"),
        ("[streams.strengths]\nup = 'much'", "streams.strengths.up is .*strength by name"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_what_is_right(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(Misconfigured, match=said) as refused:
        configuration.load("streams", Outer, tmp_path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "TIDEWHEEL_STREAMS is no JSON"),
        ("[1]", "TIDEWHEEL_STREAMS is .1.: it must be a JSON object"),
        ('{"inner": {"gap_s": -1}}', "TIDEWHEEL_STREAMS: streams.inner.gap_s is -1"),
        (
            '{"inner": {"gap": 1}, "share": 2}',
            "TIDEWHEEL_STREAMS: streams.inner.gap is unknown.*; .*streams.share is 2",
        ),
    ],
)
def test_what_is_wrong_in_the_environment_is_named_by_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    write(tmp_path, "[streams]\nshare = 0.3")
    monkeypatch.setenv("TIDEWHEEL_STREAMS", text)
    with pytest.raises(Misconfigured, match=said) as refused:
        configuration.load("streams", Outer, tmp_path)
    assert "tidewheel.toml" not in str(refused.value)


def test_a_misspelt_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWHEEL_STREMS", json.dumps({}))
    with pytest.raises(
        Misconfigured, match="TIDEWHEEL_STREMS is unknown, the nearest known name is 'TIDEWHEEL_STREAMS'"
    ):
        configuration.load("streams", Outer, tmp_path)
