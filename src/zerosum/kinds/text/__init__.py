"""Text: sentences as rows of tokens, which are words, bytes or pieces of words."""
