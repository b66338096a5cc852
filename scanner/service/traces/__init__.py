"""Traces of settled versions, sent where the environment asks for it."""
