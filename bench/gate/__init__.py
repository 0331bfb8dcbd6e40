"""How often the gate is wrong, and what it sees, on differences whose truth is known."""
