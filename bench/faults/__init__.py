"""`python -m bench faults`: the flow, the faults, the watching; `bench.faults.command` is the benchmark."""
