"""People: the `tidewheel` command line."""
