"""The operators' pages: rendered on the server, readable and usable without scripts, on what `operations` does."""
