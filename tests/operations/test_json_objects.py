"""JSON objects of a text, however it is laid out; what is wrong is named once, in the parser's words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations import json_objects
from operations.event_files import LongLine
from operations.json_objects import Found, Problem, objects

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(alphabet='a"\\{}[],: \n\u00e4'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(alphabet='ab{"', max_size=3), VALUES, max_size=3), max_size=4)


def read(text: str | bytes) -> list[Found | Problem]:
    return list(objects((text.encode() if isinstance(text, str) else text).splitlines(keepends=True)))


def contents(text: str | bytes) -> list[Any]:
    return [item.content if isinstance(item, Found) else item for item in read(text)]


def layouts(result: list[Any]) -> list[str]:
    each = [json.dumps(value) for value in result]
    pretty = [json.dumps(value, indent=2, ensure_ascii=False) for value in result]
    return [
        "\n".join(each), "\r\n\r\n".join(each) + "\r\n", "".join(each), " ".join(each), json.dumps(result),
        json.dumps(result, indent=4),
        "\n".join(pretty), "".join(pretty), "[\n" + ",\n".join(each) + "\n]\n", "[" + "\n,".join(pretty) + "]",
    ]  # fmt: skip


@given(OBJECTS)
def test_every_layout_gives_the_same_objects(result: list[dict[str, Any]]) -> None:
    for text in layouts(result):
        assert contents(text) == result, text


@given(OBJECTS.filter(bool))
def test_an_object_s_text_is_one_line_that_says_the_same(result: list[dict[str, Any]]) -> None:
    for item in read(json.dumps(result, indent=2)):
        assert isinstance(item, Found)
        assert b"\n" not in item.text
        assert json.loads(item.text) == item.content


@given(
    st.lists(st.binary(max_size=12) | st.sampled_from([b"{", b"}", b'"', b"[1]", b'{"a": 1}', b'{"a": [']), max_size=8)
)
def test_no_bytes_whatever_raise_and_good_lines_are_found(lines: list[bytes]) -> None:
    found = list(objects([line.replace(b"\n", b"") + b"\n" for line in [*lines, b'{"last": 1}']]))
    assert isinstance(found[-1], Found)
    assert found[-1].content == {"last": 1}
    assert found[-1].line == len(lines) + 1


def test_where_an_object_begins() -> None:
    text = '\n{"a": 1}\n[\n  {\n    "b": 2\n  },\n  {"c": 3}, {"d": 4}\n]'
    assert [(item.line, item.content) for item in read(text) if isinstance(item, Found)] == [
        (2, {"a": 1}), (4, {"b": 2}), (7, {"c": 3}), (7, {"d": 4}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"dwell": NaN}', "not JSON: unexpected character, expected a JSON value (line 1, column 11)"),
        ('{"body": "cut \\ud83d"}', "not JSON: no low surrogate in string (line 1, column 15)"),
        ('{"a": 1,}', "not JSON: trailing comma is not allowed (line 1, column 8)"),
        (b'{"a": "caf\xe9"}', "not UTF-8: byte 0xe9 (line 1, column 11)"),
        ('{"a": "open', "not JSON: unexpected end of data (line 1, column 12)"),
        ("words", "not a JSON object"), ("[1]", "not a JSON object"), ('"text"', "not a JSON object"),
        ("{'a': 1}", "not JSON:"),
    ],
)  # fmt: skip
def test_the_parser_s_words_and_where(line: str | bytes, said: str) -> None:
    given = line.encode() if isinstance(line, str) else line
    first, second = read(given + b'\n{"b": 2}')
    assert isinstance(first, Problem)
    assert first.line == 1
    assert first.reason.startswith(said)
    assert isinstance(second, Found)


def test_the_column_counts_from_the_line_s_begin() -> None:
    (found, problem) = read('  {"a": 1}, {"b": NaN}')
    assert isinstance(found, Found)
    assert "(line 1, column 19)" in getattr(problem, "reason", "")
    (problem,) = read('[\n  {\n    "a": 1,\n    "b": NaN\n  }\n]')
    assert (problem.line, "(line 4, column 10)" in getattr(problem, "reason", "")) == (2, True)


def test_an_object_that_is_cut_off_costs_no_line_behind_it() -> None:
    found = read('{"a": [1, 2\n{"b": 2}\n{"c": 3}')
    assert [item.line for item in found] == [1, 2, 3]
    assert "cut off: not JSON: unexpected end of data" in getattr(found[0], "reason", "")
    assert all(isinstance(item, Found) for item in found[1:])
    (problem,) = read('[{"a": 1')
    assert "cut off" in getattr(problem, "reason", "")


def test_a_broken_object_of_several_lines_is_named_once() -> None:
    text = '[\n  {\n    "a": "open,\n    "b": {"c": 1},\n    "d": 2\n  },\n  {\n    "e": 5\n  }\n]'
    first, second = read(text)
    assert isinstance(first, Problem)
    assert (first.line, "line 3" in first.reason) == (2, True)
    assert isinstance(second, Found)
    assert second.content == {"e": 5}


def test_an_object_without_end_is_not_held_beyond_the_size_of_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_objects, "MAX_EVENT_BYTES", 100)
    found = read("{\n" + '  "a": 1,\n' * 50 + '}\n{"b": 2}')
    assert [type(item) for item in found] == [Problem, Found]
    assert "more than 100 bytes" in getattr(found[0], "reason", "")


def test_a_line_that_was_too_long_is_told_by_its_length() -> None:
    long = LongLine(b"[{")
    long.length = 70_000_000
    found = list(objects([long, b'{"a": 1}']))
    assert getattr(found[0], "reason", "").startswith("70,000,000 bytes in one line")
    assert isinstance(found[1], Found)
