"""What may change under a running service: settings, rules, suppressions, signatures."""
