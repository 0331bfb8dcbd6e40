"""A collection held against the documents: every row read back, a sample embedded again, and an audit without end."""
