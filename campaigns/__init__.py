"""What we say or do, to whom, when."""
