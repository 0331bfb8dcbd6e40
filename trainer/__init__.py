"""Learning: history becomes a better encoder, or a reasoned refusal."""
