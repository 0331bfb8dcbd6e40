"""What is wrong with an installation, why it matters, and how to mend it."""
