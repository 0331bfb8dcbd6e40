"""What the view `renames` must say, written apart: under which id what people did with a former id counts.

There is no time and no order in it: of each id the newest event decides (`schemas.document_order`), so an id that is in
use again is not renamed, and the rest is a walk from name to name.
"""

from collections.abc import Mapping

LONGEST = 100
"""Renames in a row that are followed; a longer chain is a sender in a loop."""


def present_names(renamed: Mapping[str, str]) -> dict[str, str]:
    """Return the present id of each renamed one; `renamed` are the ids that are given up, and for which each is.

    An id whose chain ends in a cycle, or is longer than `LONGEST`, has none: nothing follows it.
    """
    found = {former: _end(former, renamed) for former in renamed}
    return {former: name for former, name in found.items() if name is not None}


def _end(former: str, renamed: Mapping[str, str]) -> str | None:
    name = former
    for _ in range(LONGEST):
        name = renamed[name]
        if name not in renamed:
            return name
    return None
