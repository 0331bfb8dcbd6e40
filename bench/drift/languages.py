"""Whether drift is seen in other languages as it is in English: the same people, with parallel questions.

A company asks about devices; in the window a share of the questions is about work and pay. Compared is the area under
the curve of the product's own domain classifier on its own encoder. Things are asked by several people, as they are in
a company. `unseen` is the harder case: each thing is one person's alone, so that a language passes only if the encoder
knows what its words mean, and not only that they are others.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np

from bench.drift.parallel import LANGUAGES, Language
from streams.drift.encoder import ReferenceEncoder, WordLlamaEncoder
from streams.drift.statistics.domain_classifier import classifier_auc

MOVED = 0.3
"""Share of the window's questions that are about the other subject."""

_PEOPLE, _QUESTIONS = 40, 8
Asked = tuple[list[str], list[int], list[bool]]
"""Texts, the number of who asked each, and for each person whether they are of the window."""


def measured(runs: int, seed: int, encoder: ReferenceEncoder | None = None) -> dict[str, Any]:
    """Return by language the mean area under the curve of both cases, and the most that one loses against English."""
    encoder = encoder or WordLlamaEncoder()
    found = {
        language.code: {
            "auc": _mean([several(language, n) for n in range(seed, seed + runs)], encoder),
            "unseen": _mean([alone(language, n) for n in range(seed, seed + runs)], encoder),
        }
        for language in LANGUAGES
    }
    lost = {name: found["en"]["auc"] - of["auc"] for name, of in found.items()}
    return {"languages": found, "languages_auc_lost": round(max(lost.values()), 3)}


def several(language: Language, seed: int) -> Asked:
    """Return questions of a reference and of a window, in which everybody asks about everything."""
    draw = np.random.default_rng([seed, 1])
    texts, person_of = list[str](), list[int]()
    for person in range(2 * _PEOPLE):
        for _ in range(_QUESTIONS):
            moved = person >= _PEOPLE and draw.random() < MOVED
            texts.append(_question(language, str(draw.choice(language.work if moved else language.devices)), draw))
            person_of.append(person)
    return texts, person_of, [person >= _PEOPLE for person in range(2 * _PEOPLE)]


def alone(language: Language, seed: int) -> Asked:
    """Return questions in which each person asks about a thing of their own."""
    draw = np.random.default_rng([seed, 2])
    things = [*language.devices, *language.work]
    texts = [_question(language, thing, draw) for thing in things for _ in range(_QUESTIONS)]
    person_of = [person for person in range(len(things)) for _ in range(_QUESTIONS)]
    return texts, person_of, [person >= len(language.devices) for person in range(len(things))]


def _question(language: Language, thing: str, draw: np.random.Generator) -> str:
    return str(draw.choice(language.ways)).format(thing)


def _mean(worlds: Sequence[Asked], encoder: ReferenceEncoder) -> float:
    return round(fmean(_auc(world, encoder, n) for n, world in enumerate(worlds)), 3)


def _auc(world: Asked, encoder: ReferenceEncoder, seed: int) -> float:
    texts, person_of, in_window = world
    who = np.array(person_of, dtype=np.int64)
    return float(classifier_auc(encoder.encode(texts), who, who, np.array([in_window]), seed)[0])
