"""A model from elsewhere, from its offer until it serves and back."""
