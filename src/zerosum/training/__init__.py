"""From the words of a call to a training that is played."""
