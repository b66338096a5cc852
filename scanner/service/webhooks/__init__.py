"""Deliveries that wake a feed."""
