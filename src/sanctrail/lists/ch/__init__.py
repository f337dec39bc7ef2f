"""Switzerland: the SECO list."""
