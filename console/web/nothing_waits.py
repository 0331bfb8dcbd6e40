"""Why nothing waits for a decision, and what comes next: what the page Cutover says before, during and after a run."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from console.how_far import how_far
from console.web.pages import moment

Row = Mapping[str, Any]


class Reason(NamedTuple):
    """Sentences, commands in backticks; the `run` that they are about, empty for none; whether it goes on by itself."""

    words: str
    run: str = ""
    goes_on: bool = False


def reason(tenant: str, newest: Row | None, training: Mapping[str, str], building: Sequence[Row], live: str) -> Reason:
    """Return why nothing waits. Pure.

    `newest` is the newest run, as `operations.analysis.runs` gives it, None where there was none; `training` the status
    of the run at work; `building` the collections that are on their way, each with `collection`, `state` and `model`;
    `live` is the model that answers searches, empty for none.
    """
    if newest is None:
        return Reason(
            "Nothing waits for a decision, because no model has been trained yet. When people have searched and "
            "clicked enough, drift asks for a training by itself. You can ask, too: "
            f"`tidewheel retrain --tenant {tenant}`"
        )
    run, verdict = str(newest["run"]), newest["verdict"]
    if verdict == "RUNNING":
        if training.get("run") == run and training.get("state") != "ended":
            at = f"A training runs since {moment(newest['requested_at'])}: {how_far(training)}."
        else:
            at = f"A training was asked for on {moment(newest['requested_at'])}; the trainer has not begun with it."
        return Reason(f"{at} If its model wins, it is built, and then waits here for your decision.", run, True)
    ended = moment(newest["ended_at"])
    if verdict != "WIN":
        return Reason(
            f"Nothing waits for a decision: the last run ended {verdict} on {ended}, without a candidate. "
            "Its page says why and what to do next.",
            run,
        )
    if any(one["model"] == newest["model"] for one in building):
        failed = [one for one in building if one["model"] == newest["model"] and one["state"] == "failed"]
        if failed:
            return Reason(
                f"The last run won on {ended}, but building its collection failed; see `tidewheel status`.", run
            )
        return Reason(
            f"The last run won on {ended}. Its packet is being made: its collection is built, proved and compared "
            "beside what is live, and then waits here for your decision.",
            run,
            True,
        )
    if newest["model"] == live:
        return Reason(f"Nothing waits for a decision: the model of the last run, which won on {ended}, is live.", run)
    return Reason(
        f"Nothing waits for a decision. The last run won on {ended}; its model was refused or rolled back, or the "
        "indexer has still to begin with it.",
        run,
    )
