"""SQL as files: named queries and numbered migrations, read from beside this module.

The migrations are the schema; what they lead to, a running warehouse shows: `tidewheel sql "SHOW CREATE TABLE events"`.

What several queries share is a fragment: a line `-- include: NAME` in a query stands for `sql/fragments/NAME.sql`, and
`-- include: NAME,` for the same with a comma behind it.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SQL = Path(__file__).parent / "sql"
_INCLUDE = re.compile(r"^-- include: (\w+)(,?)$", re.MULTILINE)
_VIEW = re.compile(r"^CREATE (OR REPLACE )?VIEW (\w+)", re.MULTILINE)
_STATEMENT_END = re.compile(r";[ \t]*(?:\n|$)")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the warehouse's schema."""

    number: int
    name: str
    statements: tuple[str, ...]


def directory() -> Path:
    """Return the folder that holds `migrations/`, `queries/` and `fragments/`."""
    return _SQL


@cache
def named(name: str) -> str:
    """Return the text of `sql/queries/<name>.sql`. Raises `KeyError` for an unknown name."""
    path = _SQL / "queries" / f"{name}.sql"
    if not path.is_file():
        raise KeyError(f"no query named '{name}' in {path.parent}")
    return _INCLUDE.sub(_fragment, path.read_text()).strip().removesuffix(";")


def _fragment(include: re.Match[str]) -> str:
    return (_SQL / "fragments" / f"{include[1]}.sql").read_text().rstrip("\n") + include[2]


def statements(text: str) -> tuple[str, ...]:
    """Split SQL text at semicolons that end a line; comments stay with the statement that follows them."""
    return tuple(part.strip() for part in _STATEMENT_END.split(text) if part.strip())


def migrations() -> tuple[Migration, ...]:
    """Return all migrations in order. File names are `NNNN_what.sql`."""
    found = []
    for path in sorted((_SQL / "migrations").glob("*.sql")):
        number, _, name = path.stem.partition("_")
        found.append(Migration(int(number), name, statements(path.read_text())))
    return tuple(found)


def views() -> tuple[str, ...]:
    """Return the statements that make every view what the newest migration has it be; materialized ones aside."""
    newest = {}
    for migration in migrations():
        for statement in migration.statements:
            if made := _VIEW.search(statement):
                newest[made[2]] = _VIEW.sub(r"CREATE OR REPLACE VIEW \2", statement, count=1)
    return tuple(newest.values())
