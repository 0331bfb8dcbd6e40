"""How far a training run is, in one line: `tidewheel status`, `tidewheel watch` and the console say it alike."""

from collections.abc import Mapping

from console.text import time_left


def how_far(run: Mapping[str, str]) -> str:
    """Return where a run is by its status (`stores.training_status`): the step, its stage, how much of how much. Pure.

    A run that has ended says how instead.
    """
    step = run.get("step") or run.get("state", "")
    ended = run.get("verdict") if run.get("state") == "ended" else ""
    counted = f"{run['done']} of {run['total']}" if run.get("done") and run.get("total") else ""
    loss = f"loss {run['loss']}" if run.get("loss") else ""
    said = ", ".join(part for part in (step, ended, run.get("stage"), counted, loss) if part)
    return said + time_left(run.get("eta_s"))
