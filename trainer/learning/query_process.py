"""The process that learns to read queries: `python -m trainer.learning.query_process JOB.json`.

Progress goes to standard output as JSON lines {step, total, loss, eta_s}. It takes a minute or so, and begins anew when
it was killed; SIGTERM ends it after the step at work.
"""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import cos_sim
from torch import Tensor
from torch.nn.functional import cross_entropy

from retrieval.prompts import Prompts
from retrieval.query_side import QuerySide
from trainer.learning.child import Cancelled, report_progress, work
from trainer.learning.low_rank import add_low_rank, parameters
from trainer.learning.query_encoder import QueryJob


def learn(path: Path) -> None:
    """Run the job in the file, and write the query side that was learned."""
    job, cancelled = QueryJob.model_validate_json(path.read_bytes()), Event()
    signal.signal(signal.SIGTERM, lambda *_: cancelled.set())
    rules = job.rules
    torch.set_num_threads(rules.threads or torch.get_num_threads())
    torch.manual_seed(rules.seed)
    before = QuerySide.of(job.parent)
    model = SentenceTransformer(str(job.parent), local_files_only=True).float()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    model.max_seq_length = min(rules.max_tokens, model.max_seq_length or rules.max_tokens)
    added = add_low_rank(model, rules.rank, before.additions if before else None)
    loss = _Loss(job, model, before)
    learned = parameters(added)
    optimizer = torch.optim.AdamW(learned, lr=rules.learning_rate, weight_decay=0.0)
    model.train()
    began, steps = time.monotonic(), list(_batches(job))
    for done, batch in enumerate(steps):
        spent = (time.monotonic() - began) / rules.max_seconds
        if cancelled.is_set():
            raise Cancelled("asked to stop")
        if spent >= 1:
            break
        for group in optimizer.param_groups:
            warm = min(1.0, (done + 1) / max(1.0, rules.warmup * len(steps)))
            group["lr"] = rules.learning_rate * warm * (1 - max(done / len(steps), spent))
        value = loss.of(batch)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(value)
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        left = (time.monotonic() - began) / (done + 1) * (len(steps) - done - 1)
        report_progress(step=done + 1, total=len(steps), loss=round(float(value), 4), eta_s=round(left, 1))
    job.output.mkdir(parents=True, exist_ok=True)
    additions = {name: one.addition() for name, one in added.items()}
    QuerySide(job.documents, before.map if before else None, additions).save(job.output)


class _Loss:
    """Weighted cross entropy of each query's own document among all, but those that could be right for it, too."""

    def __init__(self, job: QueryJob, model: SentenceTransformer, before: QuerySide | None) -> None:
        self._job, self._model, self._prompt = job, model, Prompts.of(job.parent).query
        self._documents = torch.tensor(np.load(job.vectors, allow_pickle=False)).to(model.device)
        self._map = torch.tensor(before.map).to(model.device) if before and before.map is not None else None
        self._weights = torch.tensor(job.weights, device=model.device)

    def of(self, batch: list[int]) -> Tensor:
        """Return the loss of some examples, by their numbers."""
        job = self._job
        features = self._model.preprocess([self._prompt + job.anchors[n] for n in batch])
        there = {key: value.to(self._model.device) for key, value in features.items() if isinstance(value, Tensor)}
        asked = self._model(there)["sentence_embedding"].float()
        if self._map is not None:
            asked = asked @ self._map
        scores = job.rules.scale * cos_sim(asked, self._documents)
        barred = [(row, other) for row, n in enumerate(batch) for other in job.never[n] if other != job.own[n]]
        if barred:
            out = torch.zeros_like(scores, dtype=torch.bool)
            out[tuple(torch.tensor(barred).T)] = True
            scores = scores.masked_fill(out, float("-inf"))
        own = torch.tensor([job.own[n] for n in batch], device=scores.device)
        weights = self._weights[batch]
        return (cross_entropy(scores, own, reduction="none") * weights).sum() / weights.sum()


def _batches(job: QueryJob) -> Iterator[list[int]]:
    generator = torch.Generator().manual_seed(job.rules.seed)
    for _ in range(job.rules.epochs):
        order = torch.randperm(len(job.anchors), generator=generator)
        size = job.rules.batch_size
        yield from (order[start : start + size].tolist() for start in range(0, len(order), size))


if __name__ == "__main__":
    work(learn)
