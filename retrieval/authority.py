"""How authoritative a document is: whether others refer to it, people still use it, and somebody keeps it up.

    authority = 0.4 * r/(r + 3)  +  0.4 * u/(u + 10)  +  0.2 * 2^(-age/180 days)          in [0, 1]

with r the number of other documents that link to it and u the number of people who opened it in the last 90 days. Only
documents for everyone count as links: of others a score would tell. Each part saturates, so that no single signal can
carry a document, and age halves only a fifth of it: a page with the Wi-Fi password is old and still the one that people
need. The constants are priors, not fitted: half of a part is reached at 3 references, 10 people, 180 days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

USE_WINDOW = timedelta(days=90)
"""How far back an opening counts as use."""

_REFERENCES, _PEOPLE, _HALF_LIFE_DAYS = 3.0, 10.0, 180.0


@dataclass(frozen=True, slots=True)
class UsageStats:
    """How many other documents, for everyone, link to a document, and how many people opened it within `USE_WINDOW`."""

    references: int = 0
    people: int = 0


def authority(usage: UsageStats, updated_at: datetime, now: datetime) -> float:
    """Return the authority of a document in [0, 1]; a date in the future counts as now."""
    age_days = max(0.0, (now - updated_at).total_seconds() / 86_400)
    referred = usage.references / (usage.references + _REFERENCES)
    used = usage.people / (usage.people + _PEOPLE)
    return 0.4 * referred + 0.4 * used + 0.2 * 2 ** (-age_days / _HALF_LIFE_DAYS)
