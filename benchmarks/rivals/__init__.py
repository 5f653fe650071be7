"""Rivals: one program a file, started as `python -m rivals.<name>` by the house."""
