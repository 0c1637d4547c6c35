"""Questions that doors ask, answered without writing. Each is a fixed number of statements."""
