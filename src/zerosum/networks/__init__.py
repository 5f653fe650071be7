"""Networks: one family a file, each a generator and the trunk of a discriminator; `table` names them."""
