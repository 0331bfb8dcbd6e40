"""What the indexer makes of thousands of real documents: its speed beside bare encoding, and what it embeds twice."""
