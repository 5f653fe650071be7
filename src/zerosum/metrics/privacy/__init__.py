"""What synthetic rows give away of the rows that their generator was trained on."""
