"""What holds for every rung, whichever files there are."""

import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from trainer.learning import rungs
from trainer.learning.job import FitRules

ROOT = Path(rungs.__file__).parents[3]


def test_the_ways_of_fitting_are_there() -> None:
    assert {"full", "masked"} <= set(rungs.names())


@pytest.mark.parametrize("name", rungs.names())
def test_a_rung_is_a_file_with_rules_reasons_a_test_and_a_line_of_docs(name: str) -> None:
    rung = rungs.load(name, {})
    assert isinstance(rung, rungs.BaseRung)
    assert type(rung).fit is not rungs.BaseRung.fit
    assert all(field.description for field in type(rung).model_fields.values())
    assert (ROOT / "tests" / "trainer" / "learning" / "rungs" / f"test_{name}.py").is_file()
    assert f"| `fit`: `{name}` |" in (ROOT / "docs" / "ARCHITECTURE.md").read_text()
    assert FitRules(rung=name).loaded_rung() == rung


def test_a_new_file_is_a_new_rung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "planted.py").write_text(
        "from trainer.learning.rungs import BaseRung\n"
        "class Rung(BaseRung):\n    half: int = 2\n    def fit(self, fitting):\n        fitting.contrast()\n"
    )
    monkeypatch.setattr(rungs, "__path__", [*rungs.__path__, str(tmp_path)])
    try:
        assert "planted" in rungs.names()
        assert FitRules(rung="planted", rung_rules={"half": 3}).loaded_rung().model_dump() == {"half": 3}
    finally:
        sys.modules.pop("trainer.learning.rungs.planted", None)


def test_an_unknown_rung_or_rule_is_named() -> None:
    with pytest.raises(ValidationError, match="no rung 'fulll'; known are full, masked"):
        FitRules(rung="fulll")
    with pytest.raises(ValidationError, match="stepps"):
        FitRules(rung="masked", rung_rules={"stepps": 3})


def test_the_base_of_rungs_fits_nothing() -> None:
    with pytest.raises(NotImplementedError):
        rungs.BaseRung().fit(None)  # type: ignore[arg-type]  # it does not look at it
