"""Scans every new file version of an Egnyte domain and remediates what is bad."""

__version__ = "0.1.0"
