"""Looks at contents on which later versions may rest."""
