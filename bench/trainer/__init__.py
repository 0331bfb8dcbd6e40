"""What training gains: every rung beside a plain script, words, and the base model, by true labels."""
