"""Whether the hold-out stays apart from learning over a year of runs."""
