"""Verdicts by clicks, held against what is true."""
