"""Rows of a collection made and written: passages, vectors, the fence around every write."""
