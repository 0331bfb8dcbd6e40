from trainer.config import TrainingConfig


def test_too_little_is_said_with_what_is_needed() -> None:
    rules = TrainingConfig()
    assert rules.too_little(rules.min_examples, rules.gate.min_queries) == ()
    assert "only 3 training examples; 100 are needed" in rules.too_little(3, 1000)[0]
    assert len(rules.too_little(0, 0)) == 2
