"""Who the customers are, what they did, which state they are in."""
