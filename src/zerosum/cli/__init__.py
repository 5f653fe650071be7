"""The command line: one command a file; torch is imported inside commands only, so that help is instant."""
