"""The resident search beside a hand-written one: latency, throughput, and what a build beside it costs."""
