"""The sweep itself: tries one after another in several processes, a line of JSON each as soon as it is done.

A sweep that was cut goes on where it was: what the file has is not tried again.
"""

import json
import multiprocessing
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.recipe.recipes import Try
from bench.recipe.world import load
from retrieval.config import EncoderConfig

UNTUNED = "untuned"
SIDES = ("validation", "test", "guard")


def done(out: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of results; one that was cut in the middle counts as not there."""
    found = []
    for line in out.read_text().splitlines() if out.is_file() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def sweep(world: Path, model: Path, out: Path, wanted: Sequence[Try | None], processes: int, until: float) -> None:
    """Try what is wanted and not yet in `out`, in order; None judges the model as it is. Nothing begins after `until`.

    `until` is of `time.monotonic`, which all processes of a machine share.
    """
    known = {line["key"] for line in done(out)}
    if known and not out.read_bytes().endswith(b"\n"):
        with out.open("a") as file:
            file.write("\n")  # what was cut stands on a line of its own
    todo = [one for one in wanted if (one.key() if one else UNTUNED) not in known]
    if processes <= 1:
        return _worker(world, model, out, todo, until, EncoderConfig().threads)
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    for one in (*todo, *["end"] * processes):
        queue.put(one)
    workers = [context.Process(target=_work, args=(world, model, out, queue, until)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return None


def _work(world: Path, model: Path, out: Path, queue: Any, until: float) -> None:  # noqa: ANN401  # the library's own
    _worker(world, model, out, iter(queue.get, "end"), until, 1)


def _worker(path: Path, model: Path, out: Path, todo: Iterable[Try | None], until: float, threads: int) -> None:
    import torch  # in the processes that learn alone

    from bench.recipe.scoring import Scoring
    from bench.recipe.tuning import Tuned, learn

    torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = True
    world = load(path)
    texts, scoring, tuned = world.teachable(), Scoring(world), Tuned(model)
    for one in todo:
        if time.monotonic() > until:
            continue
        try:
            tuned = Tuned(model) if one and one.recipe.rung == "lora" else tuned.reset()
            rows = world.taught(one.seed, one.wrong).rows if one else ()
            seconds = learn(tuned, rows, texts, one.recipe, one.seed) if one else 0.0
            line = {"device": device(tuned.device), "learn_s": round(seconds, 2)} | scoring.judged(tuned)
        except Exception as error:  # one recipe that cannot be run must not cost the others
            line = {"error": f"{type(error).__name__}: {error}"}
        line |= {"recipe": asdict(one.recipe), "seed": one.seed, "wrong": one.wrong} if one else {}
        with out.open("a") as file:
            file.write(json.dumps({"key": one.key() if one else UNTUNED} | line) + "\n")
        if one and one.recipe.rung == "lora":
            tuned = Tuned(model)


def device(kind: str) -> str:
    """Return the device in words."""
    import torch

    return torch.cuda.get_device_name() if kind == "cuda" else f"CPU, {torch.get_num_threads()} threads"
