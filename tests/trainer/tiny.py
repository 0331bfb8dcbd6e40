"""A tiny encoder for tests: real BERT, the base model's tokenizer, random weights, some hundred kilobytes."""

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import AutoTokenizer, BertConfig, BertModel

from stores.shelf import base_model


def build(path: Path, width: int = 32, seed: int = 3) -> Path:
    """Write a sentence-transformers model of `width` dimensions below `path` and return its directory."""
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(str(base_model()))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=128,
    )
    # Theirs is untyped.
    BertModel(config).save_pretrained(path / "bert")  # type: ignore[no-untyped-call]
    tokenizer.save_pretrained(path / "bert")
    transformer = Transformer(str(path / "bert"), max_seq_length=128)
    model = SentenceTransformer(modules=[transformer, Pooling(width, "mean"), Normalize()], device="cpu")
    model.save_pretrained(str(path / "model"), create_model_card=False)
    return path / "model"
