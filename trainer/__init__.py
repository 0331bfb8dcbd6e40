"""Learning: what people did becomes a better encoder for their searches, or a reasoned refusal."""
