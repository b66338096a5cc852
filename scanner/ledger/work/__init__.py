"""Versions from the event that brought them to the verdict that counts."""
