"""Recipes: typed, frozen descriptions of runs, and the table of named systems."""
