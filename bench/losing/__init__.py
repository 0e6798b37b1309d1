"""Answers lost after the commit: a system that loses them, those who call it, what stands then."""
