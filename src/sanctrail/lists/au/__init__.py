"""Australia: the DFAT consolidated list."""
