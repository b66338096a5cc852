"""Folders that are listed, and what that shows."""
