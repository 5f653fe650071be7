"""The race: systems on equal terms, with seeds enough to say which differences are real."""
