"""Damage to a collection: what the proof and the audit find and mend."""
