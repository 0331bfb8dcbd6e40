import pytest

from trainer.judging.language import language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("To list the tags of a queue", "English"),
        ("Wie beantrage ich einen Urlaub für das nächste Jahr", "German"),
        ("comment demander un congé pour les vacances dans le service", "French"),
        ("cómo solicitar las vacaciones para el próximo año", "Spanish"),
        ("come richiedere le ferie per il prossimo anno nel reparto della sede", "Italian"),
        ("como pedir férias para o próximo ano e não perder os dias", "Portuguese"),
        ("hoe vraag ik een vakantie aan voor het volgende jaar", "Dutch"),
        ("休暇規程はどこにありますか", "Japanese"),
        ("请假制度在哪里", "Chinese"),
        ("휴가 규정", "Korean"),
        ("правила отпуска", "Cyrillic script"),
        ("سياسة الإجازات", "Arabic script"),
        ("parental leave", None),
        ("de la", None),
        ("42 %", None),
        ("", None),
    ],
)
def test_a_language_is_told_by_script_and_small_words_or_not_at_all(text: str, expected: str | None) -> None:
    assert language(text) == expected


def test_a_word_of_another_language_does_not_turn_a_text() -> None:
    assert language("The word und is German, and it is in the list of words that we use") == "English"
    assert language("What 東京 means for the plan of the team") == "English"
