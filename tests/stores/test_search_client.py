"""The client's view of an address; what it does with answers is tested in `tests.indexer.resident.test_http`."""

import pytest

from schemas.search import Problem
from stores.errors import Misconfigured, Poison, Refused, Retryable
from stores.search_client import SearchClient, _problem


def test_the_token_is_taken_out_of_the_address() -> None:
    client = SearchClient("http://:a-token@127.0.0.1:8080")
    assert client._url == "http://127.0.0.1:8080/v1/search"
    assert client._headers["authorization"] == "Bearer a-token"


@pytest.mark.parametrize("kind", [Retryable, Refused, Poison, Misconfigured])
def test_a_problem_becomes_the_error_that_it_names(kind: type[Exception]) -> None:
    error = _problem(400, Problem(title=kind.__name__, status=400, detail="why").model_dump_json().encode())
    assert (type(error), str(error)) == (kind, "why")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"title": 1}'])
def test_what_is_no_problem_of_ours_may_pass(body: bytes) -> None:
    assert type(_problem(502, body)) is Retryable


def test_an_error_of_another_kind_is_worth_another_try() -> None:
    body = Problem(title="Exhausted", status=418, detail="why").model_dump_json().encode()
    assert type(_problem(418, body)) is Retryable
