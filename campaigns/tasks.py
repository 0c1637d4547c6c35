"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""
