"""What is said about a run: is it healthy, what is wrong with it, what would help."""
