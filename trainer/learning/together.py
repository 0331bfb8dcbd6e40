"""Processes that learn one model together, a GPU each: what they must agree on. Alone, nothing is exchanged.

`torchrun` starts them, as `accelerate launch` does underneath; the library averages their gradients after every step. A
process that stopped a step before the others would leave them waiting for ever, and one whose learning rate differed
would end with other weights: so time and stopping are decided once, for all.
"""

import torch
from accelerate import PartialState
from torch import distributed


def join() -> None:
    """Meet the other processes, if a launcher started several."""
    PartialState(cpu=not torch.cuda.is_available())


def size() -> int:
    """Return how many processes learn."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Return which of them this is; number 0 reports and saves for all."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def wait() -> None:
    """Wait until all are here."""
    if size() > 1:
        distributed.barrier()


def agreed(value: float) -> float:
    """Return the value of number 0."""
    if size() == 1:
        return value
    shared = _shared(value)
    distributed.broadcast(shared, src=0)
    return float(shared)


def any_of(wanted: bool) -> bool:
    """Tell whether one of them wants it."""
    if size() == 1:
        return wanted
    shared = _shared(float(wanted))
    distributed.all_reduce(shared, op=distributed.ReduceOp.MAX)
    return float(shared) > 0


def _shared(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64, device=PartialState().device)
