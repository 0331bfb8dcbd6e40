"""`tidewheel config`: every section's models keep the rules of the door, and are shown with where values came from."""

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from console.cli import cli
from console.config import model_of, shown
from stores import configuration, settings
from stores.configuration import Rule
from stores.errors import Refused

SECTIONS = settings.SECTIONS


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in [name for name in os.environ if name.startswith("TIDEWHEEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path))
    return tmp_path


def config(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["config", *arguments])


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from models(field.annotation)


def fields(section: str) -> Iterator[tuple[str, FieldInfo]]:
    for model in models(model_of(section)):
        for name, field in model.model_fields.items():
            if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
                yield f"{model.__name__}.{name}", field


def bounded(annotation: object, metadata: list[object]) -> bool:
    """Whether every number that such a value may hold has a bound."""
    if annotation in (int, float):
        return any(hasattr(each, "ge") or hasattr(each, "gt") for each in metadata)
    if get_origin(annotation) in (Union, UnionType, tuple, list, dict, frozenset):
        return all(bounded(each, []) for each in get_args(annotation) if each is not Ellipsis)
    if get_origin(annotation) is Annotated:
        plain, *above = get_args(annotation)
        return bounded(plain, [each for field in above for each in getattr(field, "metadata", [field])])
    return True


@pytest.mark.parametrize("section", SECTIONS)
def test_every_rule_is_frozen_bounded_and_says_its_unit_and_reason(section: str) -> None:
    for model in models(model_of(section)):
        assert model.model_config.get("frozen") is True, model
        assert model.model_config.get("extra") == "forbid", model
    for name, field in fields(section):
        assert field.description, name
        assert bounded(field.annotation, list(field.metadata)), f"{name} may be any number"


def test_no_environment_variable_has_two_meanings() -> None:
    assert not set(SECTIONS) & set(settings.Settings.model_fields)


def test_each_value_is_shown_with_its_reason_and_where_it_came_from(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "tidewheel.toml").write_text("[drift]\nalpha = 0.05\nwindow_s = 60")
    monkeypatch.setenv("TIDEWHEEL_DRIFT", '{"window_s": 3600}')
    result = config("drift", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert (answer["file"], answer["exists"]) == (str(home / "tidewheel.toml"), True)
    by_key = {rule["key"]: rule for rule in answer["rules"]}
    assert (by_key["drift.window_s"]["value"], by_key["drift.window_s"]["source"]) == (3600, "environment")
    assert (by_key["drift.alpha"]["value"], by_key["drift.alpha"]["source"]) == (0.05, "file")
    assert (by_key["drift.seed"]["value"], by_key["drift.seed"]["source"]) == (7, "default")
    assert by_key["drift.window_s"]["reason"].startswith("seconds of event time")


def test_all_sections_fit_80_columns() -> None:
    result = config()
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()[1:]
    assert {line.split(".")[0] for line in lines if not line.startswith(" ")} == set(SECTIONS)
    assert max(map(len, lines)) <= 80
    for named in ("indexer.sync.batch = 64  [default]", "indexer.verify.sample", "indexer.comparison.queries"):
        assert named in result.output


def test_stored_text_is_shown_and_not_obeyed() -> None:
    text = shown(Rule("streams.x", ["a\x1b[31m"], "words", "file"))
    assert text == "streams.x = a\\x1b[31m  [file]\n    words"


def test_a_written_file_changes_nothing_and_is_not_overwritten(home: Path) -> None:
    result = config("--init")
    assert result.exit_code == 0, result.output
    file = home / "tidewheel.toml"
    before = file.read_text(encoding="utf-8")
    for section in SECTIONS:
        model = model_of(section)
        assert configuration.load(section, model, home) == model()
    assert isinstance(config("--init").exception, Refused)
    assert file.read_text(encoding="utf-8") == before


def test_the_written_file_holds_every_default(home: Path) -> None:
    config("--init")
    file = home / "tidewheel.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line[1:] if line[:1] == "#" and line[1:2] not in (" ", "") else line for line in lines)
    file.write_text(text, encoding="utf-8")
    assert set(tomllib.loads(text)) == set(SECTIONS)
    for section in SECTIONS:
        layers = configuration.layers(section, home)
        found = configuration.validated(section, model_of(section), layers)
        assert found == model_of(section)()
        assert {rule.source for rule in configuration.rules(section, found, layers)} == {"file"}
