"""The game, the turn, the trainer: what plays, and knows no system."""
