"""The SDK's events are the server's: the same fields, limits and defaults, and what is made here is accepted there."""

import dataclasses
import json
import types
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest

import schemas
from schemas.codec import Accepted, Rejection, accept
from schemas.topics import PRODUCED
from tests.tidewheel_sdk.targets import opened
from tidewheel_sdk import events
from tidewheel_sdk.errors import Invalid
from tidewheel_sdk.events import EVENTS, CitationOpened, DocumentRenamed, Event
from tidewheel_sdk.fields import Items, Number, Text, hints
from tidewheel_sdk.wire import item

BY_NAME = {kind.__name__: kind for kind in EVENTS}
SERVER = {event.__name__: event for topic in PRODUCED.values() for event in topic.events if event.__name__ in PRODUCED}
EXAMPLES = sorted((Path(schemas.__file__).parent / "examples").rglob("*.json"))
NOW = datetime(2026, 12, 31, tzinfo=UTC)
MADE_HERE = {"event_id", "occurred_at"}
"""Fields that the SDK fills in where a program gives none."""


def described(hint: Any) -> dict[str, Any]:  # noqa: ANN401  # any annotation
    """What a field of the SDK's may be, as JSON Schema has it."""
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *rules = get_args(hint)
        return described(inner) | {k: v for rule in rules for k, v in limits(rule).items() if v is not None}
    if origin in (Union, types.UnionType):
        return {"one": sorted((described(each) for each in get_args(hint)), key=in_one_order)}
    if origin is Literal:
        return {"one of": list(get_args(hint))}
    if origin is tuple:
        return {"type": "array", "items": described(get_args(hint)[0])}
    if dataclasses.is_dataclass(hint):
        return described_class(hint)
    plain = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    return {"type": "string", "format": "date-time"} if hint is datetime else {"type": plain[hint]}


def in_one_order(described: dict[str, Any]) -> str:
    return json.dumps(described, sort_keys=True, default=sorted)


def limits(rule: object) -> dict[str, Any]:
    if isinstance(rule, Text):
        return {"minLength": rule.least or None, "maxLength": rule.most, "pattern": rule.pattern or None}
    if isinstance(rule, Items):
        return {"minItems": rule.least or None, "maxItems": rule.most}
    assert isinstance(rule, Number)
    return {"minimum": rule.least, "maximum": rule.most}


def described_class(kind: Any) -> dict[str, Any]:  # noqa: ANN401  # any dataclass
    found = hints(kind)
    required = set[str]()
    properties = {}
    for field in dataclasses.fields(kind):
        properties[field.name] = described(found[field.name])
        if field.name in MADE_HERE or field.default is dataclasses.MISSING:
            required.add(field.name)
        else:
            properties[field.name]["default"] = list(field.default) if field.default == () else field.default
    return {"type": "object", "required": required, "properties": properties}


def read(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """What a JSON Schema of the server's says, in the form of `described`."""
    if "$ref" in schema:
        return read(defs[schema["$ref"].rpartition("/")[2]], defs)
    default = {"default": schema["default"]} if "default" in schema else {}
    if many := schema.get("anyOf") or schema.get("oneOf"):
        return {"one": sorted((read(each, defs) for each in many), key=in_one_order)} | default
    if "const" in schema or "enum" in schema:
        return {"one of": schema.get("enum") or [schema["const"]]} | default
    if schema["type"] == "object":
        properties = {name: read(each, defs) for name, each in schema["properties"].items()}
        return {"type": "object", "required": set(schema.get("required", ())), "properties": properties}
    found = {k: v for k, v in schema.items() if k not in ("title", "description")}
    if "pattern" in found:
        found["pattern"] = found["pattern"].removeprefix("^").removesuffix("$")
    if "items" in found:
        found["items"] = read(found["items"], defs)
    return found


def test_there_is_a_type_for_every_one_that_producers_send() -> None:
    assert set(BY_NAME) == set(PRODUCED)


@pytest.mark.parametrize("name", sorted(PRODUCED))
def test_fields_limits_and_defaults_are_the_server_s(name: str) -> None:
    schema = SERVER[name].model_json_schema(mode="validation")
    assert described_class(BY_NAME[name]) == read(schema, schema.get("$defs", {}))


def made(content: dict[str, Any]) -> Event:
    """The SDK's event of a JSON object, nested values by their own types."""
    return BY_NAME[content["type"]](**{k: value(k, v) for k, v in content.items()})


def value(name: str, given: Any) -> Any:  # noqa: ANN401  # any JSON
    if name in ("occurred_at", "updated_at") and isinstance(given, str):
        return datetime.fromisoformat(given)
    kinds: dict[str, Any] = {
        "links": events.Link,
        "results": events.Result,
        "impressions": events.Impression,
        "from_search": events.FromSearch,
    }
    if isinstance(given, list):
        return tuple(kinds[name](**each) if isinstance(each, dict) else each for each in given)
    if name == "target" and isinstance(given, dict):
        return (events.OnMessage if given["kind"] == "message" else events.OnAnswer)(**given)
    return kinds[name](**given) if isinstance(given, dict) else given


def judged(event: Event) -> Accepted | Rejection:
    return accept(PRODUCED[type(event).__name__], None, item(event).body, NOW)


PRODUCED_EXAMPLES = [path for path in EXAMPLES if path.parent.name != "learning"]


@pytest.mark.parametrize("path", PRODUCED_EXAMPLES, ids=lambda path: path.stem)
def test_the_server_s_examples_can_be_said_and_mean_the_same(path: Path) -> None:
    content = json.loads(path.read_text())
    content.setdefault("type", path.stem.partition("-")[0])
    found = judged(made(content))
    assert not isinstance(found, Rejection), found
    assert found.event == SERVER[content["type"]].model_validate_json(json.dumps(content))


ODD: tuple[Any, ...] = (
    "", " ", "\n", "\x7f", "x" * 64, "x" * 65, "x" * 256, "x" * 257, "x" * 3_000, "ü", "\ud800", "Acme",
    "a-", "a" * 33, -1, 0, 1, 2**53, 2**53 + 1, 2**63, 10_001, True, 1.5, -0.5, 1e9, float("nan"), None, (), ("x",),
    ("",), ("x",) * 101, ("x",) * 10_001, datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
)  # fmt: skip


@pytest.mark.parametrize("path", PRODUCED_EXAMPLES, ids=lambda path: path.stem)
def test_what_is_taken_here_is_never_refused_there(path: Path) -> None:
    content = json.loads(path.read_text())
    content.setdefault("type", path.stem.partition("-")[0])
    example, taken, reasons = made(content), 0, list[str]()
    for field in dataclasses.fields(example):
        for odd in ODD:
            try:
                event = dataclasses.replace(example, **{field.name: odd})
            except Invalid as error:
                reasons.append(str(error))
                continue
            found = judged(event)
            taken += 1
            assert not isinstance(found, Rejection), f"{field.name}={odd!r}: {found}"
    assert all(reason.startswith(type(example).__name__) for reason in reasons)
    assert taken > 10, "the odd values must not all be wrong"


def test_an_id_is_made_once_and_a_new_event_has_another() -> None:
    event = events.DocumentDeleted(tenant="acme", document="d", version=1)
    assert item(event).event_id == item(event).event_id == event.event_id
    assert event.event_id != events.DocumentDeleted(tenant="acme", document="d", version=1).event_id
    assert abs(event.occurred_at - datetime.now(UTC)) < timedelta(minutes=10)


def test_what_fields_say_together_is_checked() -> None:
    with pytest.raises(Invalid, match="another id"):
        DocumentRenamed(tenant="acme", document="d", renamed_to="d", version=1)
    with pytest.raises(Invalid, match="one of cited"):
        CitationOpened(tenant="acme", user="u", answer="a", question="q", cited=("x",), document="y")


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        opened().user = "ben"  # type: ignore[misc]
