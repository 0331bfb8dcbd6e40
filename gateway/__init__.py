"""The HTTP edge for programs: events, UBI, search, documents, health and metrics."""
