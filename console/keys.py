"""Commands for those who let programs in: API keys of tenants, and tokens of persons."""

from datetime import UTC, datetime, timedelta

import click

from console.output import Column, json_option, print_json, print_rows, say, tenant_option
from console.parameters import GROUP, HOURS, KEY, NAMED, SCOPE, TENANT, USER
from operations import api_keys
from operations.person_tokens import Person
from stores import settings
from stores.api_keys import ApiKey, Scope

_KEYS = (
    Column("id"), Column("tenant"), Column("name"), Column("scopes", "", " ".join), Column("added_at", "added"),
    Column("ends_at", "ends"), Column("revoked_at", "revoked"),
)  # fmt: skip


@click.group()
def keys() -> None:
    """Say which programs may send and search over HTTP: every key is of one tenant, for some kinds of work.

    \b
    Examples:
      tidewheel keys add --tenant acme --scope events --name wiki
      tidewheel keys list
      tidewheel keys rotate 0123456789abcdef
      tidewheel keys revoke 0123456789abcdef
    """


@keys.command()
@tenant_option
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=SCOPE,
    help="What the key is for: events, search, operator or analyst. Repeatable.",
)
@click.option("--name", required=True, type=NAMED, help="Which program has it, for people.")
@json_option
def add(tenant: str, scopes: tuple[Scope, ...], name: str, as_json: bool) -> None:
    """Make a key and print it, this once: what is kept is a hash.

    \b
    Example:
      tidewheel keys add --tenant acme --scope events --scope search --name intranet
    """
    _show(*api_keys.add(settings.load(), tenant, scopes, name, datetime.now(UTC)), as_json)


@keys.command(name="list")
@click.option("--tenant", type=TENANT, help="Only this tenant's.")
@json_option
def list_(tenant: str | None, as_json: bool) -> None:
    """Show all keys, revoked ones too, without their secrets.

    \b
    Example:
      tidewheel keys list --tenant acme
    """
    rows = [_row(key, as_json) for key in api_keys.listed(settings.load(), tenant)]
    print_rows(rows, as_json, "There is no key; `tidewheel keys add` makes one.", _KEYS)


@keys.command()
@click.argument("key_id", type=KEY)
def revoke(key_id: str) -> None:
    """Let the key ID open nothing any more; this holds at once.

    \b
    Example:
      tidewheel keys revoke 0123456789abcdef
    """
    key = api_keys.revoke(settings.load(), key_id, datetime.now(UTC))
    say(f"{key.id} ({key.name}, {key.tenant}) opens nothing any more.")


@keys.command()
@click.argument("key_id", type=KEY)
@click.option("--grace", default=24, show_default=True, type=HOURS, help="Hours that the old key still holds.")
@json_option
def rotate(key_id: str, grace: int, as_json: bool) -> None:
    """Make a new key with the rights of the key ID, which ends after a while.

    \b
    Examples:
      tidewheel keys rotate 0123456789abcdef
      tidewheel keys rotate 0123456789abcdef --grace 0
    """
    _show(*api_keys.rotate(settings.load(), key_id, datetime.now(UTC), timedelta(hours=grace)), as_json)


@keys.command()
@tenant_option
@click.option("--user", required=True, type=USER, help="Who searches with it.")
@click.option("--group", "groups", multiple=True, type=GROUP, help="A group that the person is in. Repeatable.")
@click.option("--hours", default=8, show_default=True, type=HOURS, help="How long it holds.")
def token(tenant: str, user: str, groups: tuple[str, ...], hours: int) -> None:
    """Print a token that says who searches and in which groups, for the gateway's header X-Person-Token.

    \b
    Example:
      tidewheel keys token --tenant acme --user ana --group staff --hours 8
    """
    person, lasts = Person(user, groups), timedelta(hours=hours)
    say(api_keys.person_token(settings.load(), tenant, person, datetime.now(UTC), lasts))


def _show(secret: str, key: ApiKey, as_json: bool) -> None:
    if as_json:
        print_json({"key": secret, **_row(key, as_json)})
        return
    say(secret)
    click.echo(
        f"Keep it: it is shown this once. Its id is {key.id}; `tidewheel keys revoke {key.id}` ends it.", err=True
    )


def _row(key: ApiKey, as_json: bool) -> dict[str, object]:
    times = {name: _day(getattr(key, name), as_json) for name in ("added_at", "ends_at", "revoked_at")}
    return {"id": key.id, "tenant": key.tenant, "name": key.name, "scopes": list(key.scopes), **times}


def _day(moment: datetime | None, as_json: bool) -> str | None:
    if moment is None:
        return None
    return moment.isoformat() if as_json else f"{moment:%Y-%m-%d %H:%M}"
