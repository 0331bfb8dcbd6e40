"""The audit of what serves: every row of live and standby is read back again and again, a slice at a time.

    documents in the order of their ids ──▶ as many as are due by now ──▶ every field and vector compared, rows of no
    document sought among them ──▶ some embedded again ──▶ what is wrong is made anew, logged and counted

A pass over a collection is planned for half a day, so that every row is seen within a day also when an indexer is down
or busy for hours. How far a pass is, is kept in Redis. Vectors in use are renewed in the embedding store on the way.
"""

import logging
import math
import random
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from indexer.indexing.sync import Sync, Target
from indexer.proof.read_back import Findings, ReadBack
from indexer.proof.sampling import Sampler
from schemas.instants import is_over
from stores.audits import Audit
from stores.errors import Refused
from stores.serving import Serving

LOG = logging.getLogger(__name__)

_REST = timedelta(minutes=10)
"""Until a collection whose model cannot be had is looked at again; without its tokenizer nothing can be compared."""


class AuditConfig(BaseModel):
    """How collections that serve are audited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pass_h: float = Field(
        default=12.0, gt=0, le=24, description="hours in which every row is read once; half a day leaves one to spare"
    )
    slice: int = Field(default=50, ge=1, description="documents read at once: what a live change may wait for")
    sample: int = Field(default=3_000, ge=0, description="documents a pass of which one passage is embedded again")


def due(audit: Audit, now: datetime, config: AuditConfig) -> int:
    """Return how many documents are to be looked at now, so that the pass ends in time; at most one slice. Pure."""
    elapsed_h = (now - audit.began).total_seconds() / 3_600
    by_now = math.floor(audit.total * min(1.0, max(0.0, elapsed_h) / config.pass_h))
    if audit.done >= audit.total and elapsed_h >= config.pass_h:
        return config.slice  # whatever came behind the last one
    return min(config.slice, max(0, by_now - audit.done))


class Auditor:
    """Audits collections; one slice at most a call. `seed` gives a new seed for every slice."""

    def __init__(
        self,
        sync: Sync,
        serving: Serving,
        config: AuditConfig,
        clock: Callable[[], datetime],
        seed: Callable[[], int] = lambda: secrets.randbits(48),
    ) -> None:
        self._sync = sync
        self._audits, self._rebuilds = serving.audits, serving.rebuilds
        self._config = config
        self._clock = clock
        self._seed = seed
        self._reader = ReadBack(sync, config.slice, clock)
        self._sampler = Sampler(sync, config.slice)
        self._going: dict[str, Audit] = {}
        self._rests_since: dict[str, datetime] = {}

    def look(self, target: Target, budget_s: float) -> int:
        """Audit what is due of a collection, and mend it for about `budget_s` seconds; return how much was wrong."""
        now, name = self._clock(), target.collection
        since = self._rests_since.get(name)
        if since is not None and not is_over(_REST, since, now):
            return 0
        try:
            return self._look(target, now, budget_s)
        except Refused as error:
            LOG.warning("%s cannot be audited: %s", name, error)
            self._rests_since[name] = now
            return 0

    def forget(self, tenant: str, collection: str) -> None:
        """Forget the audit of a collection that is gone."""
        self._going.pop(collection, None)
        self._audits.remove(tenant, collection)

    def _look(self, target: Target, now: datetime, budget_s: float) -> int:
        audit = self._going.get(target.collection) or self._audits.get(target.tenant, target.collection)
        if audit is None or now < audit.began:  # a clock that was set back
            audit = self._begun(target, now, None)
        self._going[target.collection] = audit
        count = due(audit, now, self._config)
        if not count or self._rebuilds.get(target.tenant, target.collection):
            return 0  # what is being filled anew is looked at when it is whole
        ids = self._sync.documents.ids_after(target.tenant, audit.after, count)
        last = ids[-1] if len(ids) == count else None  # the last slice has all that may come behind it
        findings = self._reader.look(target, ids, audit.after, last)
        self._renew(target, ids, findings)
        wrong, still = findings.mismatches, 0
        if wrong:
            self._report(target, findings)
            self._reader.repair(target, findings, budget_s)
            still = self._reader.look_again(target, findings).mismatches
        after = audit.model_copy(
            update={
                "done": audit.done + len(ids), "after": last or "", "found": audit.found + wrong,
                "mended": audit.mended + wrong - still,
            }
        )  # fmt: skip
        if last is None:
            after = self._begun(target, now, after)
        self._going[target.collection] = after
        self._audits.save(target.tenant, target.collection, after)
        return wrong

    def _begun(self, target: Target, now: datetime, before: Audit | None) -> Audit:
        """Return a new pass; `before` is one that has seen all."""
        total = self._sync.documents.known(target.tenant)
        if before is None:
            return Audit(began=now, total=total)
        return Audit(began=now, total=total, found=before.found, mended=before.mended, whole_at=now)

    def _renew(self, target: Target, ids: Sequence[str], findings: Findings) -> None:
        """Embed a passage of some of these documents again, and keep all their vectors in the embedding store."""
        right = [name for name in ids if findings.passages.get(name) and name not in findings.wrong]
        chance = random.Random(self._seed())
        total = max(1, self._going[target.collection].total)
        drawn = {name: [chance.randrange(findings.passages[name])] for name in right if self._draws(chance, total)}
        findings.wrong |= dict.fromkeys(self._sampler.parity(target, drawn).wrong, "vector")
        documents = self._sync.read(target, right)
        self._sync.embedder(target).renew([text for d in documents.values() for text in d.passages])

    def _draws(self, chance: random.Random, total: int) -> bool:
        return chance.random() < self._config.sample / total

    def _report(self, target: Target, findings: Findings) -> None:
        some = [f"{name} ({why})" for name, why in findings.wrong.items()] + findings.foreign
        LOG.error(
            "%s: %d rows or documents are not what they should be and are made anew: %s",
            target.collection, findings.mismatches, ", ".join(some[:5]),
        )  # fmt: skip
