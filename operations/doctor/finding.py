"""A finding: what was looked at, how it is, and for what is not well why that matters and how it is mended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["well", "watch", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `watch` works and may not for long; `wrong` does not work, or is not safe."""

    check: str
    level: Level
    what: str
    why: str = ""
    mend: str = ""


def well(check: str, what: str) -> Finding:
    """Return the finding that something is as it should be."""
    return Finding(check, "well", what)


def is_wrong(findings: Iterable[Finding]) -> bool:
    """Return whether anything is wrong."""
    return any(finding.level == "wrong" for finding in findings)
