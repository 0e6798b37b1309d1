"""What happens to records on their way: enrichers that add, gates that hold."""
