"""What one change, an idle minute and one slice cost the indexer, by how many documents there are."""
