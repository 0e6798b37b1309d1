"""The long random walk: two systems, both directions, every kind of trouble."""
