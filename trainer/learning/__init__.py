"""How a run learns: hard negatives, batches, the fitting process."""
