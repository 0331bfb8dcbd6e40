"""`python -m bench access`: what people find against what they may find; `bench.access.command` is the benchmark."""
