"""Models that search exactly as well as the packaged one and share no vector with it.

The last layer's scale and shift decide the sign of each number of a vector. Where half of them are turned, two vectors
of one model are as near as before, and a vector of one model is far from every vector of the other: whoever mixes them
finds nothing by meaning.
"""

import random
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from stores.shelf import base_model

_LAST = "encoder.layer.{}.output.LayerNorm.{}"


def turned(directory: Path, seed: int) -> Path:
    """Write the packaged model, its vectors turned by this seed, to a new directory, and return that."""
    shutil.copytree(base_model(), directory)
    weights = load_file(str(directory / "model.safetensors"))
    last = max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
    width = len(weights[_LAST.format(last, "bias")])
    chosen = random.Random(seed).sample(range(width), width // 2)
    sign = np.ones(width, dtype=np.float32)
    sign[chosen] = -1
    for part in ("weight", "bias"):
        weights[_LAST.format(last, part)] = weights[_LAST.format(last, part)] * sign
    save_file(weights, str(directory / "model.safetensors"), metadata={"format": "pt"})
    return directory
