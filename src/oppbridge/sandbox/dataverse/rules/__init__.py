"""What the service does of its own accord when rows are written, table by table."""
