"""A population of documents whose true state the benchmark knows, what people find of it, and what they may find."""
