"""Every rung and every step that there is has its words."""

from pkgutil import iter_modules
from typing import get_args

from console.web import glossary
from trainer.judging import slices as slicing
from trainer.judging.ladder import ADOPT, FIT, Name
from trainer.learning import rungs
from trainer.run_status import STEPS


def test_each_rung_says_what_it_changes_and_whether_documents_are_embedded_again() -> None:
    fitted = {module.name for module in iter_modules(rungs.__path__)}
    assert set(glossary.RUNGS) == {*get_args(Name), ADOPT, *fitted} - {FIT}
    for name in (*glossary.RUNGS, "a-rung-of-tomorrow"):
        assert "embedded again" in glossary.rung(name), name
    for name in ("weights", "query_map", "query_encoder"):
        assert glossary.rung(name).endswith("No document is embedded again.")


def test_each_slice_that_a_run_makes_has_its_words() -> None:
    made = {value for name, value in vars(slicing).items() if name.isupper() and isinstance(value, str)}
    assert set(glossary.SLICES) == made
    assert glossary.slice_name("tail") == "Rare queries"
    assert glossary.slice_meaning("tail") == "all others (tail)", "the reasons of a run call it so"
    assert (glossary.slice_name("of tomorrow"), glossary.slice_meaning("of tomorrow")) == ("of tomorrow", "")


def test_the_steps_are_those_of_a_run_in_their_order() -> None:
    assert tuple(glossary.STEPS) == STEPS
