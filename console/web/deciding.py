"""What every decision on a page has in common: the operator's own signature, and a reason."""

import click

from console.parameters import REASON
from console.web.sessions import Session
from console.web.wiring import Console
from stores.errors import Refused
from stores.signing import Sign


def signer(console: Console, session: Session) -> Sign:
    """Return what signs with the key of a session."""
    return lambda event, name: console.signing.with_key(event, name, session.key)


def reason_of(text: str) -> str:
    """Return the reason that a form gives. Raises `Refused` where it gives none, or more than a line."""
    try:
        return REASON.convert(text.strip(), None, None)
    except click.UsageError as error:
        raise Refused("say why, in one line: it stands in the audit trail") from error
