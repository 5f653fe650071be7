"""What judges rows of tables: columns, pairs of columns, what they are worth to a classifier. Pure, on plain arrays."""
