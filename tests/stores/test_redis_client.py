"""What Redis' answers mean for the caller."""

import pytest
import redis

from stores import redis_client
from stores.errors import Misconfigured, Retryable


def _raising(error: Exception) -> None:
    def call() -> None:
        raise error

    redis_client.guarded(call)


@pytest.mark.parametrize(
    "result",
    [
        "LOADING Redis is loading the dataset in memory",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "Error running script (call to f_ab): @user_script:7: @user_script: 7: -OOM command not allowed",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    ],
)
def test_a_state_that_passes_is_waited_for(result: str) -> None:
    with pytest.raises(Retryable, match="waiting for it"):
        _raising(redis.exceptions.ResponseError(result))


@pytest.mark.parametrize("result", ["ERR unknown command", "WRONGTYPE Operation", "ERR user BOOMER is unknown"])
def test_a_mistake_is_not_waited_for(result: str) -> None:
    with pytest.raises(redis.exceptions.ResponseError):
        _raising(redis.exceptions.ResponseError(result))


def test_a_refused_password_is_a_wrong_setting() -> None:
    with pytest.raises(Misconfigured, match="TIDEWHEEL_REDIS_URL"):
        _raising(redis.exceptions.AuthenticationError("WRONGPASS"))
