"""Continued pre-training on a tenant's own text: words are blanked and guessed.

The encoder learns how the company writes before it learns what people search (Gururangan et al., "Don't Stop
Pretraining", 2020).
"""

from collections.abc import Callable
from random import Random
from typing import cast

import torch
from sentence_transformers import SentenceTransformer
from torch import nn
from transformers import DataCollatorForLanguageModeling, PreTrainedModel

from trainer.learning import together
from trainer.learning.child import Cancelled, report_progress
from trainer.learning.job import FitJob


class WordHead(nn.Module):
    """Guesses blanked words from hidden states: BERT's transform, then scores against the encoder's word vectors."""

    def __init__(self, words: nn.Embedding) -> None:
        super().__init__()
        width = words.embedding_dim
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.words = words
        self.bias = nn.Parameter(torch.zeros(words.num_embeddings))

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return scores of shape (positions, vocabulary) for hidden states of shape (positions, width)."""
        scores: torch.Tensor = self.transform(hidden) @ self.words.weight.T + self.bias
        return scores


def continue_pretraining(
    model: SentenceTransformer, job: FitJob, steps: int, share: float, cancelled: Callable[[], bool]
) -> float:
    """Train the model's encoder in place on `job.texts` and return the last loss (nats per word); 0 without texts.

    `share` of the words are blanked. Raises `Cancelled` when asked to stop: this stage is short, and a resumed run
    begins it again.
    """
    if not job.texts:
        return 0.0
    rules, encoder = job.rules, cast(PreTrainedModel, model[0].model)
    torch.manual_seed(rules.seed)
    head = WordHead(cast(nn.Embedding, encoder.get_input_embeddings())).to(model.device)
    blank = DataCollatorForLanguageModeling(model.tokenizer, mlm=True, mlm_probability=share)
    parameters = {id(p): p for p in (*encoder.parameters(), *head.parameters())}
    optimizer = torch.optim.AdamW(parameters.values(), lr=rules.learning_rate, weight_decay=0.01)
    rng, loss = Random(rules.seed), torch.zeros(())
    encoder.train()
    for step in range(1, steps + 1):
        if cancelled():
            raise Cancelled("asked to stop")
        texts = rng.sample(job.texts, min(rules.batch_size, len(job.texts)))
        tokens = model.tokenizer(texts, truncation=True, max_length=rules.max_tokens, return_special_tokens_mask=True)
        batch = blank([{name: tokens[name][n] for name in tokens} for n in range(len(texts))]).to(model.device)
        wanted = batch["labels"] != -100
        hidden = encoder(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        loss = nn.functional.cross_entropy(head(hidden[wanted]), batch["labels"][wanted])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rules.learning_rate * min(1.0, step / max(1.0, rules.warmup * steps))
        optimizer.step()
        if together.rank() == 0:  # all do the same here
            report_progress(stage="guessing blanked words", step=step, total=steps, loss=round(float(loss.detach()), 4))
    return float(loss.detach())
