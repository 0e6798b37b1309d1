"""What the benchmarks share: a server of pages, the clients that are measured, rounds."""
