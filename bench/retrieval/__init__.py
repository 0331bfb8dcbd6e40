"""How well documents are found: the benchmark `retrieval`."""
