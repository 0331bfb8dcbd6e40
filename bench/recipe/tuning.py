"""One recipe learned on one simulation's lessons: the loss and the batches of a training run, in one plain loop.

A training run has checkpoints, progress and resumption around the same steps; here there are hundreds of short runs, on
a GPU at half precision when there is one, else on the CPU at full precision.
"""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from bench.recipe.recipes import Recipe
from bench.recipe.world import Lesson
from retrieval.query_side import mapped
from retrieval.text import normalized
from trainer.judging.corpus import Vectors
from trainer.learning import query_map
from trainer.learning.batches import Row, barred, plan
from trainer.learning.loss import WeightedRankingLoss, labels
from trainer.learning.low_rank import add_low_rank, parameters
from trainer.learning.row_rules import damped, extras

_SEED = 1_000


class Tuned:
    """A model that learns. `device` says where."""

    def __init__(self, path: Path) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = SentenceTransformer(str(path), device=self.device, local_files_only=True).float()
        self._fresh = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        self._tokens: dict[tuple[str, int], list[int]] = {}
        self.map: Vectors | None = None

    def reset(self) -> "Tuned":
        """Return to the weights that it began with."""
        if any(name not in self._fresh for name in self.model.state_dict()):
            raise RuntimeError("low-rank layers are not taken out again; load the model anew")
        self.model.load_state_dict(self._fresh)
        self.model.requires_grad_(requires_grad=True)
        self.map = None
        return self

    def embed(self, texts: Sequence[str], tokens: int) -> Tensor:
        """Return unit vectors on the device, with gradients where they are on; `tokens` cuts a text."""
        rows = [self._pieces(text, tokens) for text in texts]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        features = {"input_ids": ids.to(self.device), "attention_mask": mask.to(self.device)}
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda" and torch.is_grad_enabled()):
            found: Tensor = self.model(features)["sentence_embedding"]
        return found.float()

    def vectors(self, texts: Sequence[str], tokens: int, at_once: int = 256) -> Vectors:
        """Return unit vectors, shape (texts, d), without gradients."""
        self.model.eval()
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        found = np.zeros((len(texts), self.model.get_embedding_dimension() or 0), dtype=np.float32)
        with torch.no_grad():
            for start in range(0, len(order), at_once):
                part = order[start : start + at_once]
                found[part] = self.embed([texts[n] for n in part], tokens).cpu().numpy()
        return found

    def asked(self, texts: Sequence[str], tokens: int) -> Vectors:
        """Return unit vectors of queries, mapped when a map was learned."""
        found = self.vectors(texts, tokens)
        return found if self.map is None else mapped(found, self.map)

    def _pieces(self, text: str, tokens: int) -> list[int]:
        if (text, tokens) not in self._tokens:
            found = self.model.tokenizer(text, truncation=True, max_length=tokens)["input_ids"]
            self._tokens[text, tokens] = list(found)
        return self._tokens[text, tokens]


def learn(tuned: Tuned, lessons: Sequence[Lesson], texts: dict[str, str], recipe: Recipe, seed: int) -> float:
    """Train by the recipe and return the seconds it took; `texts` are the documents' first passages."""
    torch.manual_seed(seed)
    began = perf_counter()
    if recipe.rung == "map":
        _learn_map(tuned, lessons, texts, recipe)
    else:
        _learn_weights(tuned, lessons, texts, recipe, seed)
    return perf_counter() - began


def rows(lessons: Sequence[Lesson], recipe: Recipe) -> list[Row]:
    """Return what batching must know of each lesson. A pure rule."""
    sought = {lesson.document for lesson in lessons}
    brought = extras([lesson.anchor for lesson in lessons], [lesson.near for lesson in lessons], sought, recipe.extra)
    return [
        Row(
            normalized(lesson.anchor),
            lesson.document,
            frozenset(lesson.never),
            lesson.near if recipe.near else (),
            (extra,) if extra else (),
        )
        for lesson, extra in zip(lessons, brought, strict=True)
    ]


def trained(model: nn.Module, recipe: Recipe) -> list[nn.Parameter]:
    """Freeze what the recipe leaves alone and return the rest."""
    if recipe.rung == "lora":
        return parameters(add_low_rank(model, recipe.rank))
    if recipe.rung == "top":
        kept = [f".layer.{n}." for n in range(6 - recipe.layers, 6)]
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(any(part in name for part in kept))
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def _learn_weights(tuned: Tuned, lessons: Sequence[Lesson], texts: dict[str, str], recipe: Recipe, seed: int) -> None:
    planned = rows(lessons, recipe)
    epochs = [plan(planned, recipe.batch, _SEED * seed + epoch) for epoch in range(recipe.epochs)]
    weights = torch.tensor(damped([lesson.weight for lesson in lessons]), device=tuned.device)
    parameters = trained(tuned.model, recipe)
    optimizer = torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=0.0)
    loss = WeightedRankingLoss(tuned.model, scale=recipe.scale, size=recipe.batch)
    steps = [batch for epoch in epochs for batch in epoch]
    warm = max(1.0, len(steps) * recipe.warmup)
    tuned.model.train()
    for module in tuned.model.modules():
        if isinstance(module, nn.Dropout):
            module.p = recipe.dropout
    for step, batch in enumerate(steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min(1.0, (step + 1) / warm) * (1 - step / len(steps))
        anchors = tuned.embed([lessons[n].anchor for n in batch], recipe.tokens)
        found = [anchors, tuned.embed([lessons[n].text for n in batch], recipe.tokens)]
        brought = [texts[name] for n in batch for name in planned[n].extra]
        if brought:
            found.append(tuned.embed(brought, recipe.tokens))
        out = list(barred(planned, batch))
        bringing = [n for n in batch if planned[n].extra]
        weighed = labels(
            weights[batch] if recipe.weighted else torch.ones(len(batch), device=tuned.device), batch, bringing,
            {(one, other) for one, other, document, _ in out if document},
            {(one, other) for one, other, _, own in out if own},
        )  # fmt: skip
        value = loss.compute_loss_from_embeddings(found, weighed)
        if recipe.both:
            back = {(other, one) for one, other, document, _ in out if document}
            weighed = labels(weighed if weighed.dim() == 1 else weighed[:, 0], batch, (), back, ())
            value = (value + loss.compute_loss_from_embeddings([found[1], found[0]], weighed)) / 2
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(value)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()


def _learn_map(tuned: Tuned, lessons: Sequence[Lesson], texts: dict[str, str], recipe: Recipe) -> None:
    """Learn a linear map of the query as a training run does; the recipe's epochs are passes."""
    names = sorted(texts)
    number = {name: n for n, name in enumerate(names)}
    documents = tuned.vectors([texts[name] for name in names], recipe.tokens)
    anchors = tuned.vectors([lesson.anchor for lesson in lessons], recipe.tokens)
    own = [number[lesson.document] for lesson in lessons]
    never = [[number[name] for name in lesson.never if name in number] for lesson in lessons]
    rules = query_map.MapRules(passes=recipe.epochs, rate=recipe.rate, scale=recipe.scale)
    added = query_map.learn(anchors, documents, own, never, damped([one.weight for one in lessons]), rules)
    tuned.map = np.asarray(np.eye(len(added)) + added, dtype=np.float32)
