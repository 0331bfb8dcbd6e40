"""Documents that are found by their meaning alone: their questions share no word with them."""

QUESTIONS = (
    ("Staff may leave their automobiles beside the main entrance.", "where can I park my car"),
    ("The physician sees ill workers on Mondays.", "when does the doctor treat sick employees"),
    ("Felines and canines are forbidden inside.", "are cats or dogs allowed"),
    ("Purchase your meals from noon onwards downstairs.", "what time is lunch in the canteen"),
    ("Should flames break out, run outdoors immediately.", "what to do in case of fire"),
    ("Infants are looked after on site by nurses.", "is there childcare for babies"),
    ("Rubbish is collected each Tuesday morning.", "when is the trash picked up"),
    ("Cyclists find a shower on level two.", "can I wash after biking to work"),
)
"""(text, question) of each; a mixed answer has the document only by chance."""
