"""Real migrations: exports of real systems taken into the twins."""
