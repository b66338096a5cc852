"""The demo under a Prometheus of its own: for testing dashboards, drawing them, and walking through an alert."""
