"""Studies: questions about generated data that are answered by measuring, not by a score."""
