"""`tidewheel completion`: the script by which a shell completes commands and options."""

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")
_PROGRAM, _VARIABLE = "tidewheel", "_TIDEWHEEL_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands and options when Tab is pressed.

    \b
    Examples:
      eval "$(tidewheel completion bash)"            # in ~/.bashrc; zsh: in ~/.zshrc
      tidewheel completion fish > ~/.config/fish/completions/tidewheel.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(click.get_current_context().find_root().command, {}, _PROGRAM, _VARIABLE).source())
