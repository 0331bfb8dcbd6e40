from trainer.learning import general


def test_half_teach_half_judge_and_none_does_both() -> None:
    teach, judge = general.replayed(), general.guarded()
    assert abs(len(teach) - len(judge)) <= 1
    assert len(judge) >= 20, "the gate looks at a behaviour from 20 tests on"
    assert {pair.anchor for pair in teach}.isdisjoint(pair.anchor for pair in judge)
    assert {pair.text for pair in teach}.isdisjoint(pair.text for pair in judge)
    assert all(pair.anchor and pair.text for pair in (*teach, *judge))
