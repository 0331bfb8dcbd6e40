"""What an operator reviews before a cutover: live and shadow side by side, and example queries."""
