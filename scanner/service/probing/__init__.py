"""A file of our own that goes the whole way."""
