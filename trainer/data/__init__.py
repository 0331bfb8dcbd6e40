"""What a run learns from and is judged by: snapshot, examples, split."""
