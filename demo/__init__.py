"""The main job end to end, on real documents and real queries, with simulated people."""
