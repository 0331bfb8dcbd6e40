"""Cutovers and rollbacks under searches and document changes: nothing fails, mixes, comes back or is forgotten."""
