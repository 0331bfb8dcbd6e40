"""Which tenants a worker takes and gives back, so that several share them fairly and few move.

    free tenants ──▶ taken by workers that have fewer than their quota
    more than the quota ──▶ given back, the last ones by name

The quotas differ by one at most, and those that have most have the greater ones: so a tenant moves only when its holder
is gone, when a worker came that has too few, or when tenants came or went unevenly, and no more move than must. Every
worker applies the rule for itself, one after the other or at once; leases decide between those that are as quick. Once
workers and tenants stand still, all tenants are held after every worker has looked twice, and nothing moves any more.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """What a worker changes: it gives back `give`, and takes of `free` in this order until it has `room` more."""

    give: tuple[str, ...]
    free: tuple[str, ...]
    room: int


def quotas(workers: Collection[str], holding: Mapping[str, int], tenants: int) -> dict[str, int]:
    """Return how many tenants each worker is to hold, `holding` being how many it holds now. Pure."""
    least, more = divmod(tenants, len(workers))
    ordered = sorted(workers, key=lambda worker: (-holding.get(worker, 0), worker))
    return {worker: least + (number < more) for number, worker in enumerate(ordered)}


def share(me: str, workers: Collection[str], tenants: Collection[str], holders: Mapping[str, str]) -> Share:
    """Return what the worker `me`, one of `workers`, changes now.

    `holders` says who holds what of it, of `tenants` and of others that are no tenants any more, which go. Pure.
    """
    mine = sorted(tenant for tenant, worker in holders.items() if worker == me)
    kept = [tenant for tenant in mine if tenant in tenants]
    holding = Counter(worker for tenant, worker in holders.items() if tenant in tenants)
    room = quotas(workers, holding, len(tenants))[me] - len(kept)
    over = kept[len(kept) + room :] if room < 0 else []
    gone = [tenant for tenant in mine if tenant not in tenants]
    free = sorted(tenant for tenant in tenants if tenant not in holders)
    return Share((*over, *gone), tuple(free), max(0, room))
