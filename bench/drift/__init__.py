"""Drift's benchmark: false requests on quiet histories, delays on drifting ones, by the product's own rules."""
