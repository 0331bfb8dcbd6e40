"""`tidewheel lineage`: where a thing came from, and what came of it."""

import click
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from console.output import Row, cell, json_option, print_json
from console.parameters import IDENTIFIER, TENANT
from console.text import printable
from operations import tenants
from operations.connections import Connections
from operations.lineage import Node, trace
from stores import settings

_TABLES = ("by_kind", "top_documents", "history")
_ENDLESS = 1_000_000


@click.command()
@click.argument("name", metavar="ID", type=IDENTIFIER)
@click.option("--tenant", type=TENANT, help="Only in this tenant; ids of senders' events may be in several.")
@json_option
def lineage(name: str, tenant: str | None, as_json: bool) -> None:
    """Show where ID came from and what came of it: an event, session, pair, snapshot, run, model or collection.

    Back to the events with their place in Kafka, onward to the snapshots that hold it, their runs and models, and the
    collections that answered searches with them.

    \b
    Examples:
      tidewheel lineage acme-run-20261101-9f3c
      tidewheel lineage 5b1f0c9a... --json
    """
    with Connections(settings.load()) as stores:
        if tenant:
            tenants.check_known(stores, tenant)
        found = trace(stores.warehouse, name, tenant or "")
    if as_json:
        print_json([node.plain() for node in found])
        return
    for node in found:
        Console(width=_ENDLESS).print(tree_of(node))  # an id that is cut or broken cannot be copied


def tree_of(node: Node) -> Tree:
    """Return a lineage as a tree; ◀ marks where a thing came from, ▶ what came of it."""
    tree = Tree(_label("", node))
    _grow(tree, node)
    return tree


def _grow(tree: Tree, node: Node) -> None:
    for name in _TABLES:
        if rows := node.facts.get(name):
            branch = tree.add(Text(name.replace("_", " ")))
            for row in rows:
                branch.add(Text("  ".join(cell(value) for value in row.values() if value not in ("", None))))
    for sign, nodes in (("◀ ", node.came_from), ("▶ ", node.led_to)):
        for other in nodes:
            _grow(tree.add(_label(sign, other)), other)


def _label(sign: str, node: Node) -> Text:
    label = Text(sign).append(f"{printable(node.kind)} ", "bold").append(cell(node.id), "cyan")
    for name, value in node.facts.items():
        if name not in _TABLES:
            label.append(f"  {printable(name)} ", "dim").append(_places(value) if name == "places" else cell(value))
    return label


def _places(positions: list[Row]) -> str:
    return ", ".join(f"{position['partition']}@{position['offset']}" for position in positions)
