"""Points: [D] numbers in units of their own."""
