"""Several processes that play one run."""
