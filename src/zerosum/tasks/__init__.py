"""What games are trained for: a task says what is asked for, what is shown on the way, and what is judged."""
