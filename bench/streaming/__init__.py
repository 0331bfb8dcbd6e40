"""Parts of `python -m bench streams`: the events, the place to run, the contestants, and the measuring."""
