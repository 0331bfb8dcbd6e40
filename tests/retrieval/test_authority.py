import pytest

from retrieval.authority import UsageStats, authority
from tests.indexer.world import NOW, days_ago


def test_authority_grows_with_references_use_and_recency() -> None:
    least = authority(UsageStats(), days_ago(10_000), NOW)
    assert authority(UsageStats(), NOW, NOW) == pytest.approx(0.2)
    assert authority(UsageStats(3, 0), days_ago(10_000), NOW) == pytest.approx(least + 0.2)
    assert authority(UsageStats(0, 10), days_ago(10_000), NOW) == pytest.approx(least + 0.2)
    assert authority(UsageStats(10**9, 10**9), days_ago(-99), NOW) == pytest.approx(1.0)
