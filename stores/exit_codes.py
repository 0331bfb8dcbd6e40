"""Exit statuses of every program, for people and for what restarts services.

| services (`python -m streams`, `trainer`, `indexer`) | | commands (`tidewheel ...`) | |
|---|---|---|---|
| 0 | stopped when asked | 0 | done |
| 70 | crashed; the log says why, a restart loses nothing | 1 | an error of another sort |
| 71 | the stop took too long and was cut short | 2 | misconfigured, or wrongly called |
| 75 | start me again: a lease went to another, a partition stands still | 3 | refused by a rule |
| 78 | misconfigured: a person must change something first | 4 | try again: a store did not answer |
| | | 5 | the input can never be accepted |
| | | 6 | `tidewheel doctor` found something wrong |
| | | 130 | interrupted by Ctrl-C |
| | | 141 | the reader of the output was gone |

Services take the numbers of BSD's sysexits.h, which supervisors know.
"""

from stores.errors import Misconfigured, Poison, Refused, Retryable, TidewheelError

EXIT_STOPPED = 0
EXIT_CRASHED = 70
EXIT_OVERDUE = 71
EXIT_TRY_AGAIN = 75
EXIT_MISCONFIGURED = 78

EXIT_MISCALLED = 2
EXIT_REFUSED = 3
EXIT_NOT_NOW = 4
EXIT_UNWELL = 6
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141
"""What a shell gives for a program that SIGPIPE ended: whoever reads the output, `head` for one, has enough."""

_OF_SERVICES: dict[type[TidewheelError], int] = {
    Misconfigured: EXIT_MISCONFIGURED,
    Refused: EXIT_TRY_AGAIN,
    Retryable: EXIT_TRY_AGAIN,
}
_OF_COMMANDS: dict[type[TidewheelError], int] = {
    Misconfigured: EXIT_MISCALLED,
    Refused: EXIT_REFUSED,
    Retryable: EXIT_NOT_NOW,
    Poison: 5,
}


def service_status(error: BaseException) -> int:
    """Return the exit status of a service that this error ends."""
    return _status(error, _OF_SERVICES, EXIT_CRASHED)


def command_status(error: BaseException) -> int:
    """Return the exit status of a command that this error ends."""
    return _status(error, _OF_COMMANDS, 1)


def _status(error: BaseException, table: dict[type[TidewheelError], int], otherwise: int) -> int:
    return next((code for kind, code in table.items() if isinstance(error, kind)), otherwise)
