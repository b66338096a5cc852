"""The engines of a service, and their self-test."""
