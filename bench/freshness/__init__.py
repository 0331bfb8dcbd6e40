"""Seconds from a document's change to its being found, on a stack with streams and indexer."""
