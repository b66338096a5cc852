"""What `scanner doctor` asks."""
