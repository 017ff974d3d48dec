"""Deciding what to say: pure turns over values."""
