"""Every published number, each one command: `python -m bench NAME`."""
