"""How a candidate is judged: vectors, rankings, slices, model tests, the gate."""
