"""One file a topic: what its events become."""
