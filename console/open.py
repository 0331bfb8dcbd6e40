"""`tidewheel open`: the operators' console in a browser."""

import webbrowser
from datetime import UTC, datetime

import click

from console.output import say
from console.parameters import OPERATOR
from operations import sign_in_codes
from stores import http_address, keys, settings
from stores.errors import Misconfigured
from stores.settings import Settings
from stores.signing import Signing


@click.command()
@click.option(
    "--by",
    type=OPERATOR,
    show_default="the operator whose key is in this home",
    help="Who signs in; `tidewheel operators` adds names.",
)
@click.option("--print", "only_print", is_flag=True, help="Only print the link.")
def open(by: str | None, only_print: bool) -> None:
    """Open the console, signed in as the operator whose key is here.

    The link works once, within five minutes, in a browser on this machine. From another machine first reach the port:
    `ssh -L PORT:127.0.0.1:PORT HOST`.

    \b
    Examples:
      tidewheel open
      tidewheel open --by ana --print
    """
    url = link(settings.load(), by, datetime.now(UTC))
    say(url)
    if not only_print and not webbrowser.open(url):
        say("No browser was found here; open the link in one.", err=True)


def link(where: Settings, by: str | None, now: datetime) -> str:
    """Return the console's address with a one-time code for the operator. Raises `Misconfigured` when there is no
    console, or nobody's key."""
    url = http_address.url_of(where.home, "console")
    if not url:
        raise Misconfigured("no console runs in this home; `tidewheel up` starts it")
    name = Signing(where).operator(by)
    file = where.operator_key or keys.operator_file(where, name)
    return f"{url}/sign-in?code={sign_in_codes.make(where, file, now)}"
