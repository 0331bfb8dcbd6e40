"""Which hyperparameters learn best from clicks: the benchmark `recipe`."""
