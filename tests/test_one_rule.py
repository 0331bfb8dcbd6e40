"""A rule that several packages follow stands once; this fails when a second copy appears, and proves that it would."""

from pathlib import Path

import pytest

from tests import one_rule
from tests.one_rule import Rule, copies
from tests.test_house import PACKAGES, ROOT

RULES = (
    Rule(
        "how a document is cut into passages",
        "retrieval/passages.py",
        one_rule.cuts_passages,
    ),
    Rule(
        "how an encoder is loaded",
        "retrieval/local_model.py",
        one_rule.loads_an_encoder,
        {
            "retrieval/config.py": "the loader's own rules",
            "trainer/learning/process.py": "loads weights to train them, at full precision",
            "trainer/learning/job.py": "how much of a text is read in training",
            "trainer/learning/query_process.py": "loads weights to train additions to them, at full precision",
            "trainer/learning/query_encoder.py": "how much of a query is read in training",
            "bench/search/handwritten.py": "the peer of a benchmark, which shares nothing that it can have of its own",
            "bench/recipe/tuning.py": "loads weights to train them, as the trainer's own process does",
            "bench/indexer/bare.py": "the floor of a benchmark: the library alone",
            "bench/trainer/plain.py": "the peer of a benchmark: a plain script of the library",
            "bench/adopt/jargon.py": "makes a model of given vectors and saves it; nothing is encoded",
        },
    ),
    Rule(
        "a metric of rankings",
        "retrieval/metrics.py",
        one_rule.ranks_a_metric,
        {
            "indexer/proof/sampling.py": "the index against exact search: a share of neighbours, near ties among them",
            "operations/judgment_files.py": "the scores of a run file: any numbers that fall with the rank",
        },
    ),
    Rule(
        "reciprocal rank fusion",
        "retrieval/fusion.py",
        one_rule.fuses_ranks,
        {"bench/search/handwritten.py": "the peer of a benchmark: Milvus fuses for it"},
    ),
    Rule(
        "the normal form of text and its words",
        "retrieval/text.py",
        one_rule.normalises_text,
        {
            "demo/headings.py": "which headings of a manual are queries: data of the demo, compared with nothing else",
            "streams/pairs/reaction_names.py": "the spellings of one emoji, which is no text",
            "operations/spelling.py": "the spellings of a person's id, which is no text that is searched",
        },
    ),
    Rule("who everyone is", "schemas/documents.py", one_rule.names_everyone),
    Rule(
        "an exit status",
        "stores/exit_codes.py",
        one_rule.gives_an_exit_status,
        {"stores/problems.py": "statuses of HTTP, by kind of error"},
    ),
    Rule("the correction for many tests", "streams/drift/judgement.py", one_rule.corrects_for_many_tests),
)
PLANTED = {
    "passages by name": ("passages", "def passages(title, body):\n    return [body]\n"),
    "passages by size": ("passages", "WORDS_PER_PASSAGE = 90\n"),
    "passages by slices": (
        "passages",
        "def cut(w):\n    return [' '.join(w[i : i + 90]) for i in range(0, 999, 90)]\n",
    ),
    "encoder": ("encoder", "def load(path):\n    return SentenceTransformer(str(path))\n"),
    "encoder of a module": ("encoder", "import sentence_transformers as st\nMODEL = st.SentenceTransformer('x')\n"),
    "half precision": ("encoder", "def load(model):\n    return model.half()\n"),
    "tokens of an attribute": ("encoder", "def load(model):\n    model.max_seq_length = 128\n"),
    "tokens of a field": ("encoder", "class Job(BaseModel):\n    max_tokens: int = Field(default=128, ge=8)\n"),
    "tokens of an argument": ("encoder", "encode(texts, max_tokens=128)\n"),
    "nDCG by name": ("metric", "class Report:\n    def ndcg(self):\n        return 1\n"),
    "nDCG by discount": ("metric", "import math\ndef score(r):\n    return sum(1 / math.log2(p + 2) for p in r)\n"),
    "MRR by name": ("metric", "def mrr_10(ranked):\n    return 1\n"),
    "recall by name": ("metric", "def recall_at_10(ranked):\n    return 1\n"),
    "MRR by reciprocals": (
        "metric",
        "def f(rows, s):\n    return [next((1 / n for n, x in enumerate(row, 1) if x in s), 0) for row in rows]\n",
    ),
    "MRR of an index": ("metric", "def f(row):\n    for n, x in enumerate(row):\n        return 1 / (n + 1)\n"),
    "MRR of a method": (
        "metric",
        "class A:\n    class B:\n        def f(self, row):\n            return [1 / n for n, x in enumerate(row, 1)]\n",
    ),
    "fusion by formula": (
        "fusion",
        "def f(rows, k):\n    for row in rows:\n        for n, x in enumerate(row):\n            add(x, 1 / (k + n))\n",
    ),
    "fusion by constant": ("fusion", "_FUSION = 60\n"),
    "fusion by the index's class": ("fusion", "RANKER = RRFRanker(60)\n"),
    "normal form": (
        "normal form",
        "from unicodedata import normalize\ndef clean(t):\n    return normalize('NFKC', t)\n",
    ),
    "normal form of a module": ("normal form", "import unicodedata\nX = unicodedata.normalize('NFC', 'x')\n"),
    "case": ("normal form", "def same(a, b):\n    return a.casefold() == b.casefold()\n"),
    "words by pattern": ("normal form", "import re\n_TOKEN = re.compile(r'\\w+')\n"),
    "words at once": ("normal form", "import re\ndef tokens(t):\n    return re.findall(r'\\b[a-z0-9]+\\b', t)\n"),
    "everyone": ("everyone", "def open_to(acl):\n    return 'everyone' in acl\n"),
    "exit status by name": ("exit status", "EXIT_MISCONFIGURED = 78\n"),
    "exit status of a child": ("exit status", "CANCELLED = 75\n"),
    "exit status of the system": ("exit status", "import os, sys\ndef f():\n    sys.exit(os.EX_CONFIG)\n"),
    "exit status in a call": ("exit status", "def f(rows):\n    raise SystemExit(0 if rows else 4)\n"),
    "exit status at once": ("exit status", "import os\ndef f():\n    os._exit(71)\n"),
    "exit status of main": ("exit status", "def main():\n    return 3\n"),
    "exit status by error": ("exit status", "CODES = {Misconfigured: 2, Refused: 3, Retryable: 4, Poison: 5}\n"),
    "many tests by name": ("many tests", "def benjamini_hochberg(p):\n    return p\n"),
    "many tests by library": ("many tests", "from scipy import stats\nQ = stats.false_discovery_control([0.1])\n"),
}
HARMLESS = '''"""The group everyone is in; exits with 78; nDCG, RRF, normalize."""

import sys
from retrieval.fusion import RRF_K, fuse
from retrieval.metrics import ndcg

WORDS = ("a", "b")


def ranked(rows, vectors):
    """Return everyone."""
    text = " ".join(WORDS[:3])
    shares = [1 / len(rows) for _ in rows]
    numbers = {name: n for n, name in enumerate(rows)}
    encoder = load(max_tokens=job.max_tokens)
    return ndcg(fuse(rows, 10), {}, 10), vectors.search(rows, RRF_K), text, shares, numbers, encoder


def main():
    sys.exit(0 if ranked([], None) else 1)
'''


def test_every_shared_rule_stands_once() -> None:
    assert copies(ROOT, PACKAGES, RULES) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_found_in_its_home_and_every_exception_is_needed(rule: Rule) -> None:
    bare = Rule(rule.name, "", rule.looks_like)
    found = {line.split(":")[0] for line in copies(ROOT, PACKAGES, (bare,))}
    assert found == {rule.home, *rule.others}
    assert all(rule.others.values())


@pytest.mark.parametrize(("rule", "text"), PLANTED.values(), ids=PLANTED)
def test_a_planted_copy_is_caught(tmp_path: Path, rule: str, text: str) -> None:
    (tmp_path / "indexer" / "deep").mkdir(parents=True)
    (tmp_path / "indexer" / "deep" / "copy.py").write_text(text)
    caught = copies(tmp_path, ["indexer"], RULES)
    assert caught
    assert all(line.startswith("indexer/deep/copy.py:") and rule in line for line in caught), caught


def test_every_rule_has_a_planted_copy() -> None:
    assert not [rule.name for rule in RULES if not any(part in rule.name for part, _ in PLANTED.values())]


def test_what_uses_a_rule_is_no_copy_of_it(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "user.py").write_text(HARMLESS)
    assert copies(tmp_path, ["demo"], RULES) == []
