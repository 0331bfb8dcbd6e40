"""What the outcome of an approval says while another operator's is missing: that it counts, and whose it is. Pure.

Outcomes are in Redis (`stores.serving`), for showing; what is decided is decided by the audit trail.
"""

from collections.abc import Iterable

WAITS = "waits:"
"""How the outcome of an approval begins that counts, and waits for another operator's."""


def waits(packet: str, by: str) -> str:
    """Return the outcome of an approval of this packet by this operator that waits for another's."""
    return f"{WAITS}{packet}:{by}"


def approved_by(outcomes: Iterable[str], packet: str) -> list[str]:
    """Return who approved this packet, by the outcomes of a tenant's approvals that wait."""
    begins = waits(packet, "")
    return sorted({outcome.removeprefix(begins) for outcome in outcomes if outcome.startswith(begins)})
