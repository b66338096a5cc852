"""Calls of the API that were spent."""
