"""Scores of a run, of a translation, of anybody's samples."""
