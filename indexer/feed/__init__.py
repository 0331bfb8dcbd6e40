"""What a collection has still to apply: the change feed, documents as they are now, and the order of work."""
