"""Kinds of data: what the rest asks of samples, and one folder a kind that answers."""
