"""The service over HTTP, through its own client: answers, errors of every kind, and who may not ask."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from indexer.resident.http import MAX_BODY, application
from indexer.resident.server import Server
from schemas.search import Problem, SearchAnswer, SearchRequest, SearchResult
from stores.errors import Misconfigured, Poison, Refused, Retryable, TidewheelError
from stores.search_client import PATH, NotRunning, SearchClient

TOKEN = "a-token"
ASKED = SearchRequest(tenant="acme", query="parental leave", groups=("staff", "Köln"), k=3, user="ana", search="s-1")
ANSWER = SearchAnswer(
    model="m", collection="C", serving_version=7, latency_ms=1.5, search="s-1",
    results=(SearchResult(rank=1, document="d", score=0.5, title="Leave", snippet="…", truncated=True),),
)  # fmt: skip


class Answering:
    """Notes what it is asked; answers, or raises what it is set to."""

    def __init__(self) -> None:
        self.asked: list[SearchRequest] = []
        self.then: Callable[[], None] = lambda: None

    def __call__(self, request: SearchRequest) -> SearchAnswer:
        self.asked.append(request)
        self.then()
        return ANSWER


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def port(answering: Answering) -> Iterator[int]:
    with Server(application(answering, TOKEN, waiting=2), at_work=8) as server:
        yield server.port


@pytest.fixture
def client(port: int) -> Iterator[SearchClient]:
    client = SearchClient(f"http://:{TOKEN}@127.0.0.1:{port}")
    yield client
    client.close()


def post(port: int, body: bytes, **headers: str) -> urllib3.BaseHTTPResponse:
    given = {"authorization": f"Bearer {TOKEN}", **headers}
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request("POST", f"http://127.0.0.1:{port}{PATH}", body=body, headers=given)


def test_a_request_and_its_answer_cross_whole(client: SearchClient, answering: Answering) -> None:
    assert client.search(ASKED) == ANSWER
    assert answering.asked == [ASKED]


@pytest.mark.parametrize(
    ("error", "kind"),
    [(kind("do this next"), kind) for kind in (Retryable, Refused, Poison, Misconfigured)],
)
def test_an_error_is_raised_where_the_answer_was_wanted(
    client: SearchClient, answering: Answering, error: TidewheelError, kind: type[TidewheelError]
) -> None:
    def fail() -> None:
        raise error

    answering.then = fail
    with pytest.raises(kind, match="do this next") as raised:
        client.search(ASKED)
    assert (type(raised.value), str(raised.value)) == (kind, "do this next")


@pytest.mark.parametrize("token", ["", "a-toke", "a-token2", "A-TOKEN", "\u00e4"])
def test_nobody_asks_without_the_token(port: int, answering: Answering, token: str) -> None:
    answer = post(port, ASKED.model_dump_json().encode(), authorization=f"Bearer {token}".encode().decode("latin-1"))
    assert answer.status == 401
    assert answering.asked == []
    with pytest.raises(Misconfigured, match="token"):
        SearchClient(f"http://:wrong@127.0.0.1:{port}").search(ASKED)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "the body"),
        (b"{", "the body"),
        (b"[]", "the body"),
        (b'{"tenant":"acme"}', "query"),
        (b'{"tenant":"ACME","query":"q"}', "tenant"),
        (b'{"tenant":"acme","query":"q","k":0}', "k"),
        (b'{"tenant":"acme","query":"q","k":101}', "k"),
        (b'{"tenant":"acme","query":"q","groups":["a\\u0000"]}', "groups.0"),
        (b'{"tenant":"acme","query":"q","everyone":true}', "everyone"),
    ],
)
def test_a_wrong_request_is_answered_by_the_field_that_is_wrong(
    port: int, answering: Answering, body: bytes, named: str
) -> None:
    answer = post(port, body)
    problem = Problem.model_validate_json(answer.data)
    assert (answer.status, problem.status, problem.title) == (422, 422, "Poison")
    assert problem.detail.startswith(f"{named}: ")
    assert answering.asked == []


def test_a_body_without_end_is_not_read_to_its_end(port: int, answering: Answering) -> None:
    whole = ASKED.model_dump_json().encode()
    answer = post(port, whole + b" " * MAX_BODY)
    assert (answer.status, Problem.model_validate_json(answer.data).detail) == (
        422,
        f"a request has at most {MAX_BODY:,} bytes",
    )
    assert answering.asked == []
    assert post(port, whole + b" " * (MAX_BODY - len(whole))).status == 200


def test_too_many_at_once_are_asked_to_come_again(port: int, answering: Answering, client: SearchClient) -> None:
    gate, both = threading.Event(), threading.Barrier(3)

    def wait() -> None:
        both.wait(30)
        assert gate.wait(30)

    answering.then = wait
    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(client.search, ASKED) for _ in range(2)]
        both.wait(30)
        refused = post(port, ASKED.model_dump_json().encode())
        gate.set()
        assert [each.result(30) for each in under_way] == [ANSWER, ANSWER]
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    answering.then = lambda: None
    assert client.search(ASKED) == ANSWER, "there is room again"


def test_nobody_listens() -> None:
    with pytest.raises(NotRunning):
        SearchClient("http://:t@127.0.0.1:1").search(ASKED)


def test_what_is_no_search_service_is_said_to_be_none(port: int) -> None:
    client = SearchClient(f"http://:{TOKEN}@127.0.0.1:{port}")
    client._url = client._url.replace(PATH, "/elsewhere")
    with pytest.raises(Retryable, match="status 404"):
        client.search(ASKED)
