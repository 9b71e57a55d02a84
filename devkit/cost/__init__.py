"""What a stage costs: list prices, what one webhook takes, and what was used this month."""
