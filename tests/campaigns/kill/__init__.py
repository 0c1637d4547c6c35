"""The kill bench: real servers and workers, killed and stopped while they send; then two records are compared."""
