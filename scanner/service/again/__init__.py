"""Looking again: at the past with other rules, with other signatures, or since a cause is gone."""
