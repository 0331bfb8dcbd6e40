"""`python -m console` is `tidewheel`."""

from console.cli import main

main()
