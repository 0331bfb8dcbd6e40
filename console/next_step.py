"""What to do after a training run that made no model, in plain words: the run's page and `tidewheel runs` say it."""

from math import ceil
from typing import NamedTuple

from trainer.config import TrainingConfig

UNCHANGED = "Nothing is broken and nothing was changed: what is live goes on answering searches."
_ENOUGH = (
    "There were enough held-out queries to show a gain of the size that is planned for, so this model likely gains "
    "less than that. A training on newer clicks promises more than judging it again."
)


class Ended(NamedTuple):
    """How a run ended.

    `kept` says that its model was kept to be judged again. `needed` held-out queries would show the gain that is
    planned for, where that is known, and it was judged by `queries` of them, where that is known.
    """

    tenant: str
    run: str
    verdict: str
    kept: bool
    needed: int | None = None
    queries: int | None = None


def next_step(ended: Ended, rules: TrainingConfig, outlook: str) -> tuple[str, ...]:
    """Return it as sentences, commands in backticks; none for a run that won or goes on. Pure.

    `outlook` says how many queries with an opened result there are and how many the gate needs (`console.outlook`).
    """
    train = f"`tidewheel retrain --tenant {ended.tenant}`"
    if ended.verdict == "ERROR":
        return UNCHANGED, f"Put right what the reason says, then ask for another run: {train}."
    if ended.verdict == "LOSS":
        worse = "The new model is worse, as a whole or in the part that the reason names, and is not used."
        return UNCHANGED, f"{worse} When people have clicked more, train anew: {train}."
    if ended.verdict == "STOPPED":
        return UNCHANGED, f"Somebody stopped it. Ask for another run when it is time: {train}."
    if ended.verdict != "INCONCLUSIVE":
        return ()
    again = (
        f"Later, have the same model judged again without a training: `tidewheel runs judge {ended.run} --tenant "
        f"{ended.tenant}`. Or train anew: {train}."
        if ended.kept
        else f"Later, ask for another run: {train}."
    )
    judge = f"People's own judgments count beside clicks: `tidewheel judgments import FILE --tenant {ended.tenant}`."
    return UNCHANGED, _clicks(ended, rules, outlook), again, judge


def _clicks(ended: Ended, rules: TrainingConfig, outlook: str) -> str:
    """Return how many more clicks are needed, as far as that is known."""
    if ended.needed is None:
        return f"Collect more clicks first. {outlook}".strip()
    if ended.queries is not None and ended.queries >= ended.needed:
        return _ENOUGH
    searched = ceil(ended.needed / rules.split.test_share)
    more = f", {ended.needed - ended.queries:,} more than there were" if ended.queries is not None else ""
    return (
        f"Collect more clicks first: about {ended.needed:,} held-out queries are needed{more}. For that people have to "
        f"open a result after some {searched:,} different queries in all. {outlook}"
    ).strip()
