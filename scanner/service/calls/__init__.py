"""Tokens, and the calls of the API that they allow."""
