"""Who says that a therapy may be used, for whom, and what speaks against it."""
