"""A kind of data that zerosum does not know: series of numbers, one a line of a .series file."""
