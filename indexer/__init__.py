"""Serving: an accepted encoder becomes a verified shadow collection, then the live one."""
