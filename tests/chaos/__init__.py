"""The fault catalogue: every case a real run against real systems that misbehave on purpose."""
