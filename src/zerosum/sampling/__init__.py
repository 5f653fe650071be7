"""From inputs to samples: drawn, steered, in tiles, written to files."""
