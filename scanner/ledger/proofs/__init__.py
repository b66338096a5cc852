"""What happened, in a form that can be checked later: audit, coverage, signed statements."""
