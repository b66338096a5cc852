"""Does the scanner find what it must find, in each kind of container and at each limit? Asked of itself, daily."""
