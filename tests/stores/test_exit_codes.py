import ast
from pathlib import Path

import pytest

from stores import exit_codes
from stores.errors import Misconfigured, Poison, Refused, Retryable, TidewheelError
from stores.exit_codes import command_status, service_status

ROOT = Path(__file__).parents[2]


class Special(Refused):
    """A kind of refusal."""


@pytest.mark.parametrize(
    ("error", "command", "service"),
    [
        (Misconfigured("m"), 2, 78),
        (Refused("r"), 3, 75),
        (Special("s"), 3, 75),
        (Retryable("a"), 4, 75),
        (Poison("p"), 5, 70),
        (TidewheelError("t"), 1, 70),
        (ValueError("v"), 1, 70),
    ],
)
def test_every_kind_of_error_has_its_status(error: Exception, command: int, service: int) -> None:
    assert (command_status(error), service_status(error)) == (command, service)


def test_the_table_for_people_names_every_status() -> None:
    text = exit_codes.__doc__ or ""
    for name in ("EXIT_STOPPED", "EXIT_CRASHED", "EXIT_OVERDUE", "EXIT_TRY_AGAIN", "EXIT_MISCONFIGURED"):
        assert f"| {getattr(exit_codes, name)} |" in text


def test_the_statuses_of_services_stand_once() -> None:
    packages = ("stores", "streams", "trainer", "indexer", "operations", "console")
    found = [
        str(path.relative_to(ROOT))
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id.startswith("EXIT_") for target in node.targets)
    ]
    assert set(found) == {"stores/exit_codes.py"}
