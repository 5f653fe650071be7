"""Systems: one file for each game whose structure differs; the table of named systems is `zerosum.recipe.table`."""
