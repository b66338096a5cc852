"""Benchmarks: ratios from one alternating run, with machine and versions beside them. Never part of the test run."""
