"""OppBridge keeps opportunities and what belongs to them the same in every system that holds them."""

__version__ = "0.1.0"
