"""Errors, sorted by what the caller should do.

TidewheelError
├── Retryable      a part is away or too slow: wait, and do the same again
├── Poison         this input can never be accepted: keep it as a dead letter with its reason, go on
├── Refused        a rule says no (a lost race, a stale approval, a gate): do not repeat it unchanged
└── Misconfigured  a person must change something first: the message says what
"""


class TidewheelError(Exception):
    """The root: every error that this project raises on purpose. Its message says what to do next."""


class Retryable(TidewheelError):
    """A store or broker did not answer in time; the same call may succeed later."""


class Poison(TidewheelError):
    """The input itself is at fault and will be at fault again."""


class Refused(TidewheelError):
    """A rule of the system turned the request down."""


class Misconfigured(TidewheelError):
    """A setting, a port, a disk or a missing part stands in the way."""
