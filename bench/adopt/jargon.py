"""A company whose people ask in words of their own, and a model from a package that is taught these words.

Each of the company's topics has a code name. Its documents say the topic, its people ask by code name, so no word is in
common and a model that does not know the names finds little. The offered model is one of static vectors, of another
dimension, tokenizer and architecture than the packaged encoder: the vectors of `wordllama`, where each code name gets
the vector of what it stands for. How good a model is is not the question here; that it wins for a true reason is.
"""

import importlib.util
import random
from itertools import combinations
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from stores.errors import Misconfigured

PACKAGE = "wordllama"
NAMES = {
    "travel": "orange", "security": "river", "budget": "tiger", "server": "bridge", "contract": "crystal",
    "office": "storm", "training": "eagle", "review": "silver", "launch": "shadow", "market": "forest",
    "customer": "diamond", "product": "thunder", "research": "mountain", "insurance": "rocket", "network": "garden",
    "software": "horse", "energy": "castle", "health": "winter", "schedule": "violin", "equipment": "candle",
    "building": "dragon", "material": "island", "quality": "pepper", "language": "mirror",
}  # fmt: skip
"""What a topic is called by those who ask."""

Ask = tuple[str, str]
"""A query, and the text of the document that it seeks."""


def asked(number: int, seed: int) -> list[Ask]:
    """Return so many queries in code names, each of one document's two topics; the same seed gives the same."""
    rng = random.Random(seed)
    pairs = rng.sample(list(combinations(NAMES, 2)), number)
    filler = ("note", "page", "draft", "summary", "list", "minutes", "guide", "plan")
    return [
        (
            f"{NAMES[first]} {NAMES[second]}",
            f"{first} {second} {rng.choice(filler)} {second} {first} {rng.choice(filler)} {rng.randrange(10_000)}",
        )
        for first, second in pairs
    ]


def taught(directory: Path) -> Path:
    """Write the model to a new directory and return that. Raises `Misconfigured` when the package is not as known."""
    spec = importlib.util.find_spec(PACKAGE)
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    weights = [path for place in places for path in place.rglob("*_256.safetensors")]
    tokenizers = [path for place in places for path in place.rglob("*tokenizer_config.json")]
    if not (weights and tokenizers):
        raise Misconfigured(f"the package {PACKAGE} has no vectors of 256 dimensions with a tokenizer")
    tokenizer = Tokenizer.from_file(str(tokenizers[0]))
    tokenizer.no_truncation()
    rows = load_file(weights[0])["embedding.weight"].astype(np.float32)
    for topic, name in NAMES.items():
        means = rows[tokenizer.encode(topic, add_special_tokens=False).ids].mean(axis=0)
        rows[tokenizer.encode(name, add_special_tokens=False).ids] = means
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=rows)], device="cpu")
    model.save_pretrained(str(directory), create_model_card=False)
    return directory
