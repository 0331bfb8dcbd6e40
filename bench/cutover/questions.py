"""Documents that are found by their meaning alone: their questions share no word with them."""

QUESTIONS = (
    ("Volcanoes throw molten rock out of the earth.", "why does lava come from a mountain"),
    ("The physician sees ill workers on Mondays.", "when does a doctor treat sick employees"),
    ("Felines and canines are forbidden inside.", "can I bring cats or dogs"),
    ("Bees turn nectar into honey.", "how do insects make something sweet"),
    ("Should flames break out, run outdoors immediately.", "what to do when something burns"),
    ("Whales come up to breathe through a blowhole.", "how do big sea mammals get air"),
    ("Penguins hatch their chicks on Antarctic ice.", "where do birds of south pole breed"),
    ("Astronauts float since they fall freely.", "why do people weigh nothing away from earth"),
)
"""(text, question) of each; a mixed answer has the document only by chance."""
