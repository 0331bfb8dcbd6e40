import json
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer

from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.word_pieces import WordPieces
from stores.errors import Misconfigured
from stores.shelf import base_model


@pytest.mark.parametrize(("max_tokens", "read"), [(128, 126), (512, 254), (16, 14)])
def test_the_limit_is_the_models_or_the_rules_without_special_tokens(max_tokens: int, read: int) -> None:
    assert WordPieces.of(base_model(), EncoderConfig(max_tokens=max_tokens)).limit == read


def test_a_model_of_our_own_is_read_as_its_library_reads_it(models: dict[str, Path]) -> None:
    for rules in (EncoderConfig(), EncoderConfig(max_tokens=4_096)):
        encoder = Encoder(models["tiny-a"], rules)
        assert encoder.pieces.limit == WordPieces.of(models["tiny-a"], rules).limit == 126


def test_the_default_prompt_leaves_less(models: dict[str, Path], tmp_path: Path) -> None:
    prompts = {"ask": "a query of people: ", "other": "none of it"}
    prompted = SentenceTransformer(str(models["tiny-a"]), device="cpu", prompts=prompts, default_prompt_name="ask")
    prompted.save_pretrained(str(tmp_path / "prompted"), create_model_card=False)
    assert WordPieces.of(tmp_path / "prompted", EncoderConfig()).limit == 126 - 5


def test_pieces_are_counted_and_placed_in_the_text_itself(pieces: WordPieces) -> None:
    assert pieces.counts(["", "a cat", "unbelievability", "\u6f22\u5b57 x"]) == [
        0,
        2,
        len(pieces.starts("unbelievability")),
        3,
    ]
    assert pieces.starts("a  cat sat") == [0, 3, 7]
    assert pieces.starts("\u00c4RGER \u00fcber") == sorted(pieces.starts("\u00c4RGER \u00fcber"))


def test_a_text_longer_than_the_tokenizers_own_cut_is_counted_whole(pieces: WordPieces) -> None:
    assert pieces.counts(["word " * 900]) == [900]


def test_a_model_without_a_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"tokenizer\.json"):
        WordPieces.of(tmp_path, EncoderConfig())


def test_a_limit_that_leaves_nothing_is_refused(models: dict[str, Path], tmp_path: Path) -> None:
    prompted = tmp_path / "model"
    SentenceTransformer(str(models["tiny-a"]), device="cpu").save_pretrained(str(prompted), create_model_card=False)
    about = {"prompts": {"p": "one two three four five six seven eight "}, "default_prompt_name": "p"}
    (prompted / "config_sentence_transformers.json").write_text(json.dumps(about))
    with pytest.raises(Misconfigured, match="max_tokens"):
        WordPieces.of(prompted, EncoderConfig(max_tokens=12))


def test_lower_casing_of_the_model_is_obeyed(models: dict[str, Path], tmp_path: Path) -> None:
    model = tmp_path / "model"
    SentenceTransformer(str(models["tiny-a"]), device="cpu").save_pretrained(str(model), create_model_card=False)
    result = json.loads((model / "tokenizer.json").read_text())
    result["normalizer"]["lowercase"] = False
    (model / "tokenizer.json").write_text(json.dumps(result))
    settings = json.loads((model / "sentence_bert_config.json").read_text())
    cased = WordPieces.of(model, EncoderConfig()).counts(["INVOICE"])
    (model / "sentence_bert_config.json").write_text(json.dumps(settings | {"do_lower_case": True}))
    assert WordPieces.of(model, EncoderConfig()).counts(["INVOICE"]) == [3] != cased
