"""Whether a training can succeed yet: the queries with an opened result that there are, and what the gate needs."""

from stores import configuration
from stores.settings import Settings
from stores.warehouse import Warehouse
from trainer.config import TrainingConfig


def outlook(warehouse: Warehouse, where: Settings, tenant: str) -> str:
    """Return it as sentences. Raises `Retryable` while the warehouse is away, `Misconfigured`."""
    rules = configuration.load("training", TrainingConfig, where.home)
    (row,) = warehouse.query("opened_queries", tenant=tenant)
    return in_words(int(row["queries"]), rules)


def in_words(queries: int, rules: TrainingConfig) -> str:
    """Return what to expect of a training with so many different queries. Pure."""
    held, needed = round(queries * rules.split.test_share), rules.gate.min_queries
    said = (
        f"People opened a result after {queries:,} different queries so far. About {held:,} of them are held out to "
        f"judge by, an estimate; the gate needs {needed:,}."
    )
    if held >= needed:
        return said
    return f"{said} Before there are about {rules.queries_needed:,} different queries, a run likely ends INCONCLUSIVE."
