"""A named query as an analyst can paste it: with the values in place of the parameters."""

import re
from collections.abc import Sequence

from stores import sql_files

_PARAMETER = re.compile(r"\{(\w+):([\w()]+)\}")

Value = str | int | float | Sequence[str]


def shown(name: str, **parameters: Value) -> str:
    """Return the text of `sql/queries/NAME.sql` with these values written as literals.

    Raises `KeyError` for an unknown query or a parameter that has no value.
    """
    return _PARAMETER.sub(lambda found: literal(parameters[found[1]]), sql_files.named(name))


def literal(value: Value) -> str:
    """Return a value as SQL writes it; a text's quotes and backslashes are escaped."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, int | float):
        return repr(value)
    return f"[{', '.join(map(literal, value))}]"
