"""What operators and analysts do, without command line or HTTP: lineage, forgetting, dead letters."""
