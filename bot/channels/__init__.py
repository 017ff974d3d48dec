"""Translating between the coach and the places people talk."""
