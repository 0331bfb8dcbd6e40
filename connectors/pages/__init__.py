"""Markdown and HTML of a directory or of a git repository."""
