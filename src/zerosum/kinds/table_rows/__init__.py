"""Tables: rows of numbers, categories, dates and truths, one column each."""
