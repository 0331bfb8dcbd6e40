"""CSV and JSON lines of any layout: rows, what their columns mean, and the events that they are."""
