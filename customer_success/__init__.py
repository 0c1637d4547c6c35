"""How each customer is doing, and the people who look after them."""
