"""`python -m demo`: starts a stack of its own, plays the story, shows one table, writes `report.json`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from console.packet_view import print_packet
from demo.memory import PeakMemory
from demo.pictures import take
from demo.scene import RULES, Scene
from demo.stage import OPERATOR, connect, open_stage
from demo.story import play
from embedded import control
from schemas.packet import Packet
from stores import http_address, settings
from stores.errors import TidewheelError
from stores.exit_codes import command_status

EXIT_NO_WIN, EXIT_NO_DRIFT, EXIT_REFUSED = 10, 11, 12
_EXITS = {"a better model is live": 0, "no win": EXIT_NO_WIN, "no drift": EXIT_NO_DRIFT}
_EXITS["refused by the operator"] = EXIT_REFUSED


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--interactive", is_flag=True, help="Wait for you to read the packet and decide, here or in the console.")
@click.option("--keep", is_flag=True, help="Leave the stack running, to explore with the `tidewheel` command.")
@click.option("--seed", default=7, show_default=True, help="Of the simulated people.")
def main(interactive: bool, keep: bool, seed: int) -> None:
    """Run the whole loop on real documents, with simulated people, on a stack of its own.

    Takes six minutes on two idle cores. Exit code 0: a better model went live; 10: the candidate did not win; 11: drift
    did not trip; 12: you turned the packet down; 2 to 5: something is wrong, and the message says what to do.

    \b
    Examples:
      tidewheel demo
      tidewheel demo --interactive --keep
    """
    console, home = Console(), settings.home_directory() / "demo"
    try:
        code = _run(console, home, interactive, keep, seed)
    except TidewheelError as error:
        console.print(f"demo: {error}", style="red", soft_wrap=True)
        code = command_status(error)
    finally:
        if not keep:
            control.down(home)
    if keep:
        console.print(
            f"The stack is up, the console at {http_address.url_of(home, 'console')}. Try: "
            f"tidewheel --home {home} open; tidewheel --home {home} status; tidewheel --home {home} down",
            soft_wrap=True,
        )
    sys.exit(code)


def _run(console: Console, home: Path, interactive: bool, keep: bool, seed: int) -> int:
    began, tenant = perf_counter(), f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    with _telling(console) as (tell, bar):
        tell("starting broker, Redis, ClickHouse, Milvus and the services")
        parts = open_stage(home, RULES)
        control.start_in_background(home, parts, tied=not keep)
        supervisor = next(part.pid for part in control.status(home) if part.name == "supervisor")

        def decide(packet: Packet) -> bool:
            bar.stop()
            print_packet(packet, console)
            answer = click.confirm("\nLet it in?", default=True) if interactive else True
            bar.start()
            return answer

        scene = Scene(connect(home, tenant), tell, decide, seed)
        with PeakMemory([os.getpid(), supervisor or 0]) as memory:
            try:
                play(scene)
            finally:
                scene.report.seconds = round(perf_counter() - began, 1)
                scene.report.peak_rss_mib = round(memory.peak_mib, 1)
                scene.report.write(home / "report.json")
        tell("taking pictures of the console")
        pictures = take(scene.stage.where, tenant, OPERATOR, home / "pictures")
    console.print(scene.report.table())
    console.print(f"report: {home / 'report.json'}", soft_wrap=True)
    console.print(pictures, soft_wrap=True)
    return _EXITS.get(scene.report.outcome, 1)


@contextmanager
def _telling(console: Console) -> Iterator[tuple["Tell", Bar]]:
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=console, transient=True) as bar:
        yield Tell(console, bar), bar


class Tell:
    """Shows what goes on: on a terminal as one moving line, in a log as lines at most every ten seconds."""

    def __init__(self, console: Console, bar: Bar) -> None:
        self._console, self._bar = console, bar
        self._task = bar.add_task("")
        self._began = self._told_at = perf_counter()

    def __call__(self, text: str) -> None:
        """Show this as what goes on now."""
        self._bar.update(self._task, description=text)
        now = perf_counter()
        if not self._console.is_terminal and (now - self._told_at > 10 or self._told_at == self._began):
            self._told_at = now
            self._console.print(f"{now - self._began:6.0f} s  {text}", soft_wrap=True)


if __name__ == "__main__":
    main()
