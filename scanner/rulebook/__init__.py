"""The rule language: what a rule is, how it is read, and what it says about a version."""
