"""The one door for how jobs behave: every rule is a field of a frozen model beside its code, in a named section.

Order of authority, field by field: the environment variable `TIDEWHEEL_<SECTION>` (a JSON object), then the section's
tables in `tidewheel.toml` in the home directory (or the file that `TIDEWHEEL_CONFIG` names), then the model's defaults.
Where things are (addresses, directories) is not here but in `stores.settings`.

Numbers are taken as they are written and never made of text; lists and tables replace the default as a whole.
"""

import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stores import settings
from stores.error_texts import suggestion
from stores.errors import Misconfigured

M = TypeVar("M", bound=BaseModel)
Source = Literal["environment", "file", "default"]
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says of a section: `name` is the variable or the file, for people."""

    source: Source
    name: str
    values: Mapping[str, Any]


class Rule(NamedTuple):
    """One value as people read it: dotted key, value, unit and reason, and where it came from."""

    key: str
    value: Any
    reason: str
    source: Source


def load(section: str, model: type[M], home: Path) -> M:
    """Return the section's rules as this process shall follow them.

    Raises `Misconfigured`, which names the source, the key, what was given and what is right.
    """
    return validated(section, model, layers(section, home))


def layers(section: str, home: Path) -> list[Layer]:
    """Return what is said of a section, the highest authority first. Raises `Misconfigured` for unreadable sources."""
    settings.refuse_unknown_variables()
    path, named = settings.rules_file(home)
    found = []
    given = settings.rules_in_environment(section)
    if given is not None:
        found.append(Layer("environment", given[0], _object(*given)))
    if named or path.is_file():
        found.append(of_file(section, path))
    return found


def of_file(section: str, path: Path) -> Layer:
    """Return what a file of rules says of a section. Raises `Misconfigured` for one that cannot be read."""
    return Layer("file", str(path), _sections(path).get(section, {}))


def validated(section: str, model: type[M], given: Sequence[Layer]) -> M:
    """Return the model's defaults with what the layers say in their place. Raises `Misconfigured` as `load` does."""
    merged: dict[str, Any] = {}
    for layer in reversed(given):
        _finite(layer.name, section, layer.values)
        merged = _merged(model, merged, layer.values)
    try:
        # As JSON, because a list of TOML is then a tuple or a set where the field is one, though types are strict.
        return model.model_validate_json(json.dumps(merged, default=str), strict=True)
    except ValidationError as error:
        wrong = [_explained(section, model, given, each) for each in error.errors(include_url=False)]
        raise Misconfigured(f"{'; '.join(wrong)}; `tidewheel config {section}` lists all rules") from error


def rules(section: str, model: BaseModel, given: Sequence[Layer]) -> Iterator[Rule]:
    """Yield every value of a section in the models' order, with the source that decided it."""
    for path, value, reason in leaves(model):
        source: Source = next((layer.source for layer in given if _at(layer.values, path) is not _ABSENT), "default")
        yield Rule(".".join((section, *path)), value, reason, source)


def leaves(model: BaseModel, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Yield (path, value as JSON can hold it, unit and reason) of every field; those of tables within come last."""
    plain, tables = model.model_dump(mode="json"), []
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            tables.append((name, value))
        else:
            listed = sorted(plain[name]) if isinstance(value, frozenset) else plain[name]
            yield (*above, name), listed, field.description or ""
    for name, table in tables:
        yield from leaves(table, (*above, name))


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise Misconfigured(f"{name} is no JSON ({error}): write it like {name}='{{\"key\": 1}}'") from error
    if not isinstance(content, dict):
        raise Misconfigured(f"{name} is {text}: it must be a JSON object, like {name}='{{\"key\": 1}}'")
    return content


def _sections(path: Path) -> dict[str, dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error}); correct TIDEWHEEL_CONFIG or make the file") from error
    except ValueError as error:
        raise Misconfigured(
            f"{path} is no TOML: {error}; `tidewheel config --init` writes one to start from"
        ) from error
    for section, values in content.items():
        if section not in settings.SECTIONS:
            raise Misconfigured(f"{path}: section '{section}' is unknown, {suggestion(section, settings.SECTIONS)}")
        if not isinstance(values, dict):
            raise Misconfigured(f"{path}: {section} is {values!r}: it must be a table, [{section}]")
    return content


def _merged(model: type[BaseModel], below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, `above` first; only what the model says is a table is merged key by key."""
    found = dict(below)
    for name, value in above.items():
        table = _table(model, name)
        if table is not None and isinstance(value, Mapping) and isinstance(found.get(name), Mapping):
            value = _merged(table, found[name], value)
        found[name] = value
    return found


def _table(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    field = model.model_fields.get(name)
    kind = field.annotation if field is not None else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _finite(source: str, path: str, value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise Misconfigured(f"{source}: {path} is {value}: it must be a finite number")
    if isinstance(value, Mapping):
        for name, each in value.items():
            _finite(source, f"{path}.{name}", each)


def _at(values: Any, path: Sequence[str | int]) -> Any:  # noqa: ANN401  # whatever stands there
    for step in path:
        if not isinstance(values, Mapping) or step not in values:
            return _ABSENT
        values = values[step]
    return values


def _explained(section: str, model: type[BaseModel], given: Sequence[Layer], wrong: ErrorDetails) -> str:
    """Return one fault as a phrase: source, key, what was given, what is right."""
    path = tuple(str(step) for step in wrong["loc"])
    names = [layer.name for layer in given if _at(layer.values, path) is not _ABSENT][:1] if path else []
    where = f"{', '.join(names or [layer.name for layer in given])}: {'.'.join((section, *path))}"
    table, reason = model, ""
    for step in path:
        field = table.model_fields.get(step)
        reason = (field.description or "") if field is not None else reason
        table = _table(table, step) or table
    if wrong["type"] == "extra_forbidden":
        return f"{where} is unknown, {suggestion(path[-1], table.model_fields)}"
    right = wrong["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    right = right.replace("an object", "a table")
    value = wrong["input"]
    shown = "" if isinstance(value, Mapping) else f" is {json.dumps(value, default=str, ensure_ascii=False)}"
    return f"{where}{shown}: {right}" + (f" ({reason})" if reason else "")
