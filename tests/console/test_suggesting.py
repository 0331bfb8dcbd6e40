"""Suggested commands name the home that the running one was given."""

from pathlib import Path

import click

from console.suggesting import command


def test_a_suggested_command_keeps_the_home_that_was_given() -> None:
    assert command("open") == "tidewheel open"
    group = click.Group("tidewheel")
    root = click.Context(group)
    root.params["home"] = Path("/my own/home")
    with click.Context(click.Command("up"), parent=root):
        assert command("open") == "tidewheel --home '/my own/home' open"
    root.params["home"] = None
    with click.Context(click.Command("up"), parent=root):
        assert command("down") == "tidewheel down"
