"""SQL as files: named queries, the schema, and numbered migrations, read from beside this module."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SQL = Path(__file__).parent / "sql"
_STATEMENT_END = re.compile(r";[ \t]*(?:\n|$)")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the warehouse's schema."""

    number: int
    name: str
    statements: tuple[str, ...]


def directory() -> Path:
    """Return the folder that holds `schema.sql`, `migrations/` and `queries/`."""
    return _SQL


@cache
def named(name: str) -> str:
    """Return the text of `sql/queries/<name>.sql`. Raises `KeyError` for an unknown name."""
    path = _SQL / "queries" / f"{name}.sql"
    if not path.is_file():
        raise KeyError(f"no query named '{name}' in {path.parent}")
    return path.read_text().strip().removesuffix(";")


def statements(text: str) -> tuple[str, ...]:
    """Split SQL text at semicolons that end a line; comments stay with the statement that follows them."""
    return tuple(part.strip() for part in _STATEMENT_END.split(text) if part.strip())


def schema() -> tuple[str, ...]:
    """Return the statements of the whole schema, as all migrations together leave it."""
    return statements((_SQL / "schema.sql").read_text())


def migrations() -> tuple[Migration, ...]:
    """Return all migrations in order. File names are `NNNN_what.sql`."""
    found = []
    for path in sorted((_SQL / "migrations").glob("*.sql")):
        number, _, name = path.stem.partition("_")
        found.append(Migration(int(number), name, statements(path.read_text())))
    return tuple(found)
