"""What training judges and searching serves by the same rule: text, passages, encoders, fusion, metrics, access."""
