"""What a caller may have to handle.

SdkError
├── Invalid      an event that the server would refuse: also a ValueError
├── Full         there is no room for one more event; nothing was taken
├── Closed       the client was closed, or belongs to the process that this one was forked from
├── Undelivered  the end came before some events were delivered, and they are on no disk
└── Away         the target does not answer now (for targets; a client retries by itself)
"""


class SdkError(Exception):
    """Any error of this library."""


class Invalid(SdkError, ValueError):
    """An event that the server would refuse; the message names the field."""


class Full(SdkError):
    """There is no room for one more event, and nothing of the call was taken. The message says what to do."""


class Closed(SdkError):
    """The client takes no events here."""


class Undelivered(SdkError):
    """Events were dropped at the end, because the target did not answer in time and no disk has them."""


class Away(SdkError):
    """The target did not take a batch, which may be sent again; `retry_after_s` is how long it asks to wait."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
