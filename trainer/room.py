"""Whether the machine has room for a run, asked before anything of it is learned or remembered; and what becomes of it.

    memory that no wait can bring          ──▶ the run is refused, and says how much it needs
    too little disk or memory at present   ──▶ the run waits, and its status says for what
    the disk is full in the middle of it   ──▶ the run waits, and goes on from what it has

The process that learns is what takes most; with the base model at 32 and 64 word pieces in batches of 8 and 32 it
was within an eighth of what is estimated here: the libraries, five times the weights (gradients, two moments of AdamW,
and a copy to be saved), and 80 bytes for each number that a layer makes of a word piece that is learned from.
"""

import errno
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from retrieval.endpoint import Endpoint
from stores import machine
from stores.errors import Refused, Retryable
from trainer.context import RunContext
from trainer.data.snapshot import Snapshot
from trainer.judging.ladder import FIT, QUERY_ENCODER
from trainer.run_directory import RunDirectory
from trainer.run_status import RunStatus

MIB = 1024 * 1024
_LIBRARIES = 576 * MIB
_COPIES_IN_MEMORY = 5
_BYTES_A_NUMBER = 80
_TEXTS_OF_AN_EXAMPLE = 2
"""Those with gradients: a negative of its own has none."""
_COPIES_ON_DISK = 9
"""Two checkpoints of weights and two moments each, the best weights, those that are learned, and those on the shelf."""
_MODELS, _COPIES_OF_VECTORS, _COPIES_OF_TEXTS = 3, 2, 4
_CHARACTERS_A_PIECE = 3
"""Fewer than there are in most languages, so that passages are rather more in the estimate than fewer."""
_FULL = 16 * MIB
"""A disk with less is full, whatever a library says of it."""
_FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT}
_FULL_WORDS = ("No space left on device", "Disk quota exceeded")
_LOOK_S = 2.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's size: bytes of its weights at full precision, layers, and a layer's numbers for a word piece."""

    weights: int
    layers: int
    width: int


@dataclass(frozen=True, slots=True)
class Needed:
    """Bytes that a run needs at its peak."""

    disk: int
    memory: int


def shape_of(model: Path) -> Shape:
    """Return the shape of a model's directory; what its configuration does not say is as in the base model."""
    said: dict[str, object] = {}
    for path in sorted(model.rglob("config.json"), key=lambda path: len(path.parts)):
        if "hidden_size" in (found := json.loads(path.read_text())):
            said = found
            break
    halves = 2 if str(said.get("torch_dtype", said.get("dtype"))) in ("float16", "bfloat16") else 1
    stored = sum(path.stat().st_size for path in model.rglob("*.safetensors"))
    return Shape(stored * halves, _number(said, "num_hidden_layers", 6), _number(said, "hidden_size", 384))


def needed(shape: Shape, passages: int, characters: int, learns: bool, batch: int, tokens: int) -> Needed:
    """Return what a run needs that embeds so many passages; `learns` says whether weights of the model do. Pure."""
    vectors = passages * shape.width * 4
    copies = _COPIES_ON_DISK if learns else 2
    disk = copies * shape.weights + _MODELS * _COPIES_OF_VECTORS * vectors + _COPIES_OF_TEXTS * characters
    made = _BYTES_A_NUMBER * shape.layers * shape.width * batch * tokens * _TEXTS_OF_AN_EXAMPLE
    working = _COPIES_IN_MEMORY * shape.weights + made if learns else shape.weights
    return Needed(disk, _LIBRARIES + working + _MODELS * vectors)


def wait_for_room(
    context: RunContext, taken: Snapshot, model: Path, learning: bool, directory: RunDirectory, status: RunStatus
) -> None:
    """Return once there is room for the run. `model` is what learning starts with; an offer counts as like it.

    Raises `Refused` when the machine can never have the memory, `Retryable` when there is no room for a while, so that
    others get their turn, and `Cancelled`.
    """
    rules, need = context.config.room, _needed_by(context, taken, model, learning)
    until = monotonic() + rules.wait_s
    while lacking := list(_lacking(context, need, directory)):
        said = "; ".join(lacking)
        status.stage(f"waiting for room: {said}")
        if monotonic() >= until:
            raise Retryable(f"{taken.run} waits for room: {said}")
        context.stop.wait(min(_LOOK_S, rules.wait_s))
        context.check()


def is_full(error: BaseException, home: Path) -> bool:
    """Return whether an error comes of a full disk: its own, that of a library, or that of a child process."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL_ERRORS:
            return True
        seen = seen.__cause__ or seen.__context__
    return any(words in str(error) for words in _FULL_WORDS) or machine.free_disk(home) < _FULL


def _needed_by(context: RunContext, taken: Snapshot, model: Path, learning: bool) -> Needed:
    config = context.config
    learns = learning and bool({FIT, QUERY_ENCODER} & set(config.ladder.rungs)) and Endpoint.of(model) is None
    sizes = sorted((len(d.title) + len(d.body) for d in taken.documents.values() if d.searchable), reverse=True)
    sizes = sizes[: config.evaluation.max_documents]
    passages = sum(1 + size // (_CHARACTERS_A_PIECE * context.encoder.max_tokens) for size in sizes)
    fit = config.fit
    return needed(shape_of(model), passages, sum(sizes), learns, fit.batch_size, fit.max_tokens)


def _lacking(context: RunContext, need: Needed, directory: RunDirectory) -> Iterator[str]:
    rules, there = context.config.room, directory.bytes()
    disk, reserve = max(0, need.disk - there), rules.disk_reserve_mib * MIB
    if (free := machine.free_disk(directory.path)) < disk + reserve:
        yield (
            f"about {_mib(disk)} of disk are needed in {directory.path} and {_mib(reserve)} are to stay free "
            f"(training.room.disk_reserve_mib), {_mib(free)} are free: make room; `tidewheel status --storage` shows "
            "what goes next"
        )
    memory, reserve = machine.memory(), rules.memory_reserve_mib * MIB
    if memory.most < need.memory + reserve:
        raise Refused(
            f"about {_mib(need.memory)} of memory are needed and {_mib(reserve)} are to stay free "
            f"(training.room.memory_reserve_mib), and the trainer can have {_mib(memory.most)} at most: give it more, "
            "or lower training.fit.batch_size or training.fit.max_tokens, and ask for a new run"
        )
    if memory.available < need.memory + reserve:
        yield (
            f"about {_mib(need.memory)} of memory are needed and {_mib(reserve)} are to stay free "
            f"(training.room.memory_reserve_mib), {_mib(memory.available)} are available: end what else runs here, or "
            "run the trainer on another machine"
        )


def _number(said: dict[str, object], name: str, otherwise: int) -> int:
    value = said.get(name)
    return value if isinstance(value, int) and value > 0 else otherwise


def _mib(size: int) -> str:
    return f"{size / MIB:,.0f} MiB"
