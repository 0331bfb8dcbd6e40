"""The serving record is held against the signed trail, once a minute a tenant."""

from datetime import timedelta
from typing import cast

from indexer.record_audit import EVERY, RecordAudit
from stores.serving import Moved
from stores.trail import Trail
from tests.schemas.samples import WHEN
from tests.stores.test_trail import done, record


class Told:
    """A trail that ends in this move, and counts who asks."""

    def __init__(self, move: Moved) -> None:
        self.move, self.asked = move, 0

    def last_move(self, tenant: str) -> Moved:
        self.asked += 1
        return self.move


def test_each_tenant_is_looked_at_once_a_minute() -> None:
    now = [WHEN + timedelta(hours=1)]
    trail = Told(done(2, "m"))
    audit = RecordAudit(cast(Trail, trail), lambda: now[0])
    right, wrong = record(2, "m"), record(2, "evil")
    assert audit.look(right) == ""
    assert audit.look(wrong) == "", "not yet looked at again"
    assert trail.asked == 1
    assert "acme_evil is live" in audit.look(wrong.model_copy(update={"tenant": "other"}))
    now[0] += EVERY
    assert "acme_evil is live" in audit.look(wrong)
