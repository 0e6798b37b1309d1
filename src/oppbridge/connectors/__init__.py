"""Built-in connectors: each speaks to one kind of system and ships its own maps."""
