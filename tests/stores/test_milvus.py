"""What Milvus's errors ask of the caller, in either numbering, and what its filter language is given."""

from collections.abc import Callable

import grpc
import pytest
from pymilvus.exceptions import ConnectError, MilvusException

from stores.errors import Misconfigured, Poison, Retryable
from stores.milvus import CollectionMissing, CollectionReleased, guarded, listed, literal, one_of


class Answer(grpc.RpcError):  # type: ignore[misc]  # theirs has no types
    """An error of the transport, with its status."""

    def __init__(self, status: grpc.StatusCode) -> None:
        super().__init__(status.name)
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status


def raising(error: Exception) -> Callable[[], None]:
    def call() -> None:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Answer(grpc.StatusCode.UNAUTHENTICATED), Misconfigured),
        (Answer(grpc.StatusCode.PERMISSION_DENIED), Misconfigured),
        (Answer(grpc.StatusCode.UNAVAILABLE), Retryable),
        (Answer(grpc.StatusCode.DEADLINE_EXCEEDED), Retryable),
        (ConnectError(2, "no connection"), Retryable),
        (MilvusException(8, "over the rate limit"), Retryable),
        (MilvusException(100, "collection not found"), CollectionMissing),
        (MilvusException(1, "collection not found", 4), CollectionMissing),
        (MilvusException(101, "collection not loaded"), CollectionReleased),
        (MilvusException(1100, "bad input"), Poison),
        (MilvusException(1, "bad input", 6), Poison),
    ],
)
def test_an_error_is_sorted_by_what_the_caller_should_do(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind) as sorted_as:
        guarded(raising(error))
    assert type(sorted_as.value) is kind
    assert sorted_as.value.__cause__ is error


def test_an_error_that_nobody_knows_passes_as_it_is() -> None:
    with pytest.raises(MilvusException, match="a bug"):
        guarded(raising(MilvusException(5, "a bug")))
    assert guarded(lambda: 3) == 3


@pytest.mark.parametrize("value", ["a'] or pk != ''", 'b"] or pk != "', "c\\", "d\\' or 1==1", "ünïcode ✓ '\""])
def test_a_value_stays_one_string_of_the_filter_language(value: str) -> None:
    text = literal(value)
    inside = text[1:-1]
    assert (text[0], text[-1]) == ('"', '"')
    assert '"' not in inside.replace("\\\\", "").replace('\\"', "")
    assert inside.replace('\\"', '"').replace("\\\\", "\\") == value


def test_a_control_character_names_nothing_and_lists_are_lists_of_literals() -> None:
    for value in ("a\x00b", "a\nb", "\x7f"):
        with pytest.raises(Poison, match="control character"):
            literal(value)
    assert listed(["a", 'b"']) == '["a", "b\\""]'
    assert one_of("acl", ["a", "b"]) == 'acl in ["a", "b"]'
    assert listed([]) == "[]"
