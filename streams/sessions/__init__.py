"""Sessions: which accesses belong together, when a session is over, and what is repaired when that was wrong."""
