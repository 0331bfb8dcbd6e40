"""Commands that start and stop things: the embedded stack with its services, and the demo."""

import os
import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from console.output import Column, json_option, print_rows, say
from console.parameters import WAIT
from console.suggesting import command
from console.text import elided, printable
from embedded import control, passwords, servers, state_files
from embedded.servers import Service
from operations import operators
from stores import gateway_address, http_address, settings
from stores.exit_codes import EXIT_NOT_NOW

SERVICES = {
    "streams": "streams",
    "trainer": "trainer",
    "indexer": "indexer",
    "search": "indexer.resident",
    "gateway": "gateway",
    "console": "console.web",
}
"""The services by name, and the module that each runs."""

_ENVIRONMENT = {"indexer": {"OMP_WAIT_POLICY": "passive"}}
"""Threads of the indexer's encoder sleep, and do not spin, while searches keep one of them from running: beside these a
text took 12 ms of the processors' time, and takes 5."""

PROCESSES = (
    Column("name"),
    Column("up", "", lambda up: "up" if up else "down"),
    *map(Column, ("pid", "port", "restarts")),
    Column("memory_mib", "MiB", lambda size: f"{size:,.0f}"),
    Column("problem"),
)


def services(home: Path) -> list[Service]:
    """Return the services as the supervisor starts them, each `python -m MODULE` with the home as its setting."""
    environment = {"TIDEWHEEL_HOME": str(home.absolute())}
    return [
        Service(name, (sys.executable, "-m", module), environment | _ENVIRONMENT.get(name, {}), says_ready=True)
        for name, module in SERVICES.items()
    ]


@click.command()
@click.option("-d", "--detach", is_flag=True, help="Return once everything answers; `tidewheel down` stops it.")
@click.option("--stores-only", is_flag=True, help="Start the four stores but not the services.")
@click.option("--status", "only_status", is_flag=True, help="Say what is running instead of starting anything.")
@click.option(
    "--port", "ports", multiple=True, metavar="SERVER=PORT", help="Fix a port: broker, redis, clickhouse or milvus."
)
@json_option
def up(detach: bool, stores_only: bool, only_status: bool, ports: tuple[str, ...], as_json: bool) -> None:
    """Start the embedded stack on loopback: Kafka broker, Redis, ClickHouse, Milvus, and the services.

    Runs until Ctrl-C unless detached. Data stays under the home directory between runs, except the broker's topics,
    which live in memory.

    \b
    Examples:
      tidewheel up -d
      tidewheel up --status
      tidewheel up --port clickhouse=8123
    """
    home = settings.home_directory()
    if only_status:
        rows, start = [asdict(state) for state in control.status(home)], command("up")
        print_rows(rows, as_json, f"Nothing runs in {home}; `{start}` starts it.", PROCESSES)
        raise SystemExit(0 if rows else EXIT_NOT_NOW)
    chosen = [] if stores_only else services(home)
    fixed = _ports(ports)
    if detach:
        _report_start(home, control.start_in_background(home, chosen, fixed), bool(chosen))
    else:
        control.up(home, chosen, fixed, lambda endpoints: _report_start(home, endpoints, bool(chosen), foreground=True))


def _report_start(home: Path, endpoints: dict[str, str], with_services: bool, foreground: bool = False) -> None:
    """Make whoever starts a fresh installation its first operator, and say what is up."""
    first = operators.ensure_first(settings.load(home), datetime.now(UTC))
    if with_services:
        console = http_address.url_of(home, "console")
        endpoints = {**endpoints, "gateway_url": gateway_address.url_of(home), "console_url": console}
    print_endpoints(home, endpoints, foreground)
    if first:
        add = command("operators add NAME")
        say(f"{first} may decide, by a key in {home / 'keys'}; `{add}` lets others.")


def print_endpoints(home: Path, endpoints: dict[str, str], foreground: bool = False) -> None:
    """Print where each server is, without its password, and what to do next."""
    for name, endpoint in passwords.without(endpoints).items():
        say(f"{name:<16} {endpoint}")
    say(f"{'passwords':<16} {home / state_files.STACK} (its owner's alone; the commands read them there)")
    say(f"{'curl':<16} curl -K {home / state_files.CURL} --data-binary 'SHOW TABLES'")
    say(f"{'logs':<16} {home / 'logs'}")
    if "console_url" in endpoints:
        sign_in = command("open")
        click.echo(f"`{sign_in}` signs you in to the console, where models are reviewed and approved.")
    click.echo("Up. Topics live in the broker's memory: what has not been processed when it stops is gone.")
    pages = command("connect pages DIR --tenant T --acl everyone")
    click.echo(f"To begin: `{pages}` brings documents; the first page of the console has the steps after it.")
    whole = command("demo --interactive --keep")
    click.echo(f"`{whole}` shows the whole loop on documents of its own.")
    look, stop = command("status"), command("down")
    click.echo("Ctrl-C stops it." if foreground else f"`{look}` shows the loop, `{stop}` stops it.")


def _ports(given: tuple[str, ...]) -> dict[str, int]:
    """Return the ports by server. Raises a usage error for what is no SERVER=PORT, and for a server named twice."""
    ports: dict[str, int] = {}
    for item in given:
        name, _, number = item.partition("=")
        port = int(number) if re.fullmatch("[0-9]{1,5}", number) else 0
        if name not in servers.STORES or not 0 < port < 1 << 16:
            shown, known = elided(printable(item), 60), ", ".join(servers.STORES)
            raise click.BadParameter(
                f"'{shown}' is not SERVER=PORT, e.g. clickhouse=8123: a server is one of {known}, a port 1 to 65,535",
                param_hint="--port",
            )
        if name in ports or port in ports.values():
            raise click.BadParameter(f"'{item}' fixes a server or a port a second time", param_hint="--port")
        ports[name] = port
    return ports


@click.command()
@click.option("--timeout", default=60.0, show_default=True, type=WAIT, help="Seconds until the supervisor is killed.")
def down(timeout: float) -> None:
    """Stop the embedded stack of this home. Stopping what does not run is no error.

    \b
    Example:
      tidewheel down
    """
    home = settings.home_directory()
    say("Stopped." if control.down(home, timeout) else f"Nothing ran in {home}.")


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> None:
    """Run the whole loop on real documents with simulated people; `tidewheel demo --help` lists its options.

    \b
    Example:
      tidewheel demo --interactive --keep
    """
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "demo", *arguments])
