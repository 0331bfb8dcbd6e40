"""`python -m bench streams`: its events, contestants and measuring; `bench.streams.command` is the benchmark."""
