import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from operations.offered_files import copied, found_in, narrow
from stores.errors import Refused

TRANSFORMER = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}
DENSE = {"idx": 1, "name": "1", "path": "1_Dense", "type": "sentence_transformers.models.Dense"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    directory = tmp_path / "from-elsewhere"
    (directory / "1_Dense").mkdir(parents=True)
    (directory / "modules.json").write_text(json.dumps([TRANSFORMER, DENSE]))
    (directory / "config.json").write_text("{}")
    (directory / "1_Dense" / "config.json").write_text("{}")
    save_file({"a": np.zeros(1, dtype=np.float32)}, directory / "model.safetensors")
    return directory


def test_what_says_what_a_model_is_is_taken_and_the_rest_named(model: Path, tmp_path: Path) -> None:
    (model / "pytorch_model.bin").write_bytes(b"pickle")
    (model / "onnx").mkdir()
    (model / "onnx" / "model.onnx").write_bytes(b"graph")
    (model / "setup.py").write_text("print('run')")
    elsewhere = tmp_path / "blob"
    elsewhere.write_text("[UNK]")
    (model / "vocab.txt").symlink_to(elsewhere)
    files = found_in(model)
    assert files.left_out == ("onnx/model.onnx", "pytorch_model.bin", "setup.py")
    output = copied(model, files, tmp_path / "taken")
    taken = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    assert taken == {"1_Dense/config.json", "config.json", "model.safetensors", "modules.json", "vocab.txt"}
    assert not (output / "vocab.txt").is_symlink()


def test_what_only_the_trainer_may_write_is_not_taken(model: Path) -> None:
    """A query side would let other weights be served from the collection that is live."""
    (model / "tidewheel").mkdir()
    for name in ("query_side.safetensors", "MANIFEST.json", "tidewheel/manifest.json"):
        (model / name).write_text("{}")
    assert found_in(model).left_out == ("MANIFEST.json", "query_side.safetensors", "tidewheel/manifest.json")


def test_pickled_weights_alone_are_refused_by_name(model: Path) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    with pytest.raises(Refused, match=r"pytorch_model\.bin.*any code"):
        found_in(model)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("modules.json", [TRANSFORMER | {"type": "custom_st.Transformer"}], "code of its own"),
        ("modules.json", [TRANSFORMER | {"path": "../other"}], "outside"),
        ("modules.json", [TRANSFORMER | {"path": "/etc"}], "outside"),
        ("config.json", {"auto_map": {"AutoModel": "modeling.Model"}}, "auto_map"),
        ("1_Dense/config.json", {"activation_function": "os.abort"}, r"os\.abort"),
    ],
)
def test_code_of_a_models_maker_is_refused(model: Path, name: str, content: object, why: str) -> None:
    (model / name).write_text(json.dumps(content))
    with pytest.raises(Refused, match=why):
        found_in(model)


def test_what_is_no_model_is_refused_with_the_reason(model: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no directory"):
        found_in(tmp_path / "nowhere")
    (model / "config.json").write_text("{")
    with pytest.raises(Refused, match="cannot be read as JSON"):
        found_in(model)
    (model / "modules.json").unlink()
    with pytest.raises(Refused, match=r"no modules\.json"):
        found_in(model)


def test_the_first_dimensions_are_kept_by_a_layer_of_the_library(model: Path) -> None:
    narrow(model, 32, 16)
    modules = json.loads((model / "modules.json").read_text())
    assert [module["path"] for module in modules] == ["", "1_Dense", "2_Dense"]
    layer = load_file(model / "2_Dense" / "model.safetensors")["linear.weight"]
    assert np.array_equal(layer @ np.arange(32), np.arange(16))
    assert found_in(model).left_out == ()


@pytest.mark.parametrize("dimensions", [4, 33])
def test_a_number_that_does_not_fit_is_refused(model: Path, dimensions: int) -> None:
    with pytest.raises(Refused, match="choose from 8 to 32"):
        narrow(model, 32, dimensions)


def test_all_dimensions_change_nothing(model: Path) -> None:
    before = (model / "modules.json").read_bytes()
    narrow(model, 32, 32)
    assert (model / "modules.json").read_bytes() == before


@pytest.mark.parametrize("key", ["tokenizer_name_or_path", "model_args", "config_kwargs", "cache_dir"])
def test_a_module_that_loads_something_else_than_its_files_is_refused(model: Path, key: str) -> None:
    about = {"max_seq_length": 128, key: "/somewhere"}
    (model / "sentence_bert_config.json").write_text(json.dumps(about))
    with pytest.raises(Refused, match=key):
        found_in(model)
    (model / "sentence_bert_config.json").write_text(json.dumps(about | {key: {}}))
    assert "sentence_bert_config.json" in found_in(model).taken


@pytest.mark.parametrize("content", ["[1]", '{"a": 1}', "null", '"x"', "[[]]", "[" * 100_000])
def test_a_list_of_modules_that_is_none_is_refused(model: Path, content: str) -> None:
    (model / "modules.json").write_text(content)
    with pytest.raises(Refused, match=r"modules\.json"):
        found_in(model)
