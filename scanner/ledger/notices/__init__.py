"""What other systems are to be told."""
