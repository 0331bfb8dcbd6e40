"""Wrong implementations, to prove that the benchmark notices: a streams worker with one step replaced in this process.

ack-first     a batch is acknowledged before it is stored: storing it is a task that nobody waits for
remove-first  open sessions are removed before they are written as closed ones
"""

import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from stores.access_log import AccessLog, Claim, OpenUser
from stores.errors import Retryable
from streams.__main__ import main as streams
from streams.raw import Prepared
from streams.sessions import SessionRules, complete, split
from streams.write import Writer

log = logging.getLogger(__name__)


def ack_first() -> None:
    """Store in the background; the agent asks for its next batch, which acknowledges this one."""
    store = Writer.write
    tasks = ThreadPoolExecutor(4)

    def attempt(writer: Writer, prepared: Prepared) -> None:
        try:
            store(writer, prepared)
        except Retryable as error:
            log.error("a batch is lost: %s", error)

    def write(writer: Writer, prepared: Prepared) -> None:
        tasks.submit(attempt, writer, prepared)

    Writer.write = write  # type: ignore[method-assign, assignment]  # the point of it


def remove_first() -> None:
    """Finish each claim as soon as it is made, so that nothing is left to repeat when the writing fails."""
    claimed = AccessLog.claim

    def claim(accesses: AccessLog, now: int, most_users: int = 500, most_accesses: int = 20_000) -> Claim:
        found = claimed(accesses, now, most_users, most_accesses)
        accesses.finish(found, [_closed_until(user, found.watermark or 0, accesses._pace.gap) for user in found.users])
        return found

    AccessLog.claim = claim  # type: ignore[method-assign, assignment]  # the point of it


def _closed_until(user: OpenUser, watermark: int, gap: int) -> int | None:
    most = SessionRules().max_accesses
    sessions = split(user.accesses, gap, most)
    count = 0 if user.late else complete(sessions, watermark, gap, most)
    return sessions[count - 1][-1][0] if count else None


SABOTAGE: dict[str, Callable[[], None]] = {"ack-first": ack_first, "remove-first": remove_first}


def main(name: str) -> int:
    """Replace the step and run a worker; return its exit status."""
    SABOTAGE[name]()
    return streams([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
