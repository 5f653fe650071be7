"""Metrics of text: what is said, how varied it is, and how much of it was said before."""
