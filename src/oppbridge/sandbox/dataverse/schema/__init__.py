"""The tables of the twin, declared as data."""
