"""The sales actions: what closes, converts and locks opportunities, quotes and orders."""
