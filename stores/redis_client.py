"""How a Redis client is opened, and what its errors mean for the caller."""

import re
from collections.abc import Callable
from typing import TypeVar

import redis

from stores.error_texts import unanswered
from stores.errors import Misconfigured, Retryable
from stores.settings import Settings

T = TypeVar("T")
Client = redis.Redis

_PASSES = re.compile(r"(^|-)(LOADING|BUSY|READONLY|OOM|MISCONF|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS)\b")
"""States that end by themselves; within a script Redis puts `-OOM` and the like into the middle of its text."""


def connect(settings: Settings, timeout_s: float = 10.0) -> Client:
    """Return a client whose answers are text. Nothing is sent yet; safe to use from several threads."""
    return redis.Redis.from_url(
        settings.redis_url.get_secret_value(),
        decode_responses=True,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        health_check_interval=30,
    )


def guarded(call: Callable[[], T]) -> T:
    """Return what the call returns, its driver errors sorted by what the caller should do (see `stores.errors`)."""
    try:
        return call()
    except redis.exceptions.AuthenticationError as error:
        raise Misconfigured(f"Redis refused the user; check TIDEWHEEL_REDIS_URL ({error})") from error
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError) as error:
        raise unanswered("Redis", error) from error
    except redis.exceptions.ResponseError as error:
        if _PASSES.search(str(error)):
            raise Retryable(f"Redis cannot write now ({error}); waiting for it") from error
        raise
