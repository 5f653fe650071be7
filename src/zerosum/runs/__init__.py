"""The run folder, and the generator in it."""
