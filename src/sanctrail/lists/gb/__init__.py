"""The United Kingdom: the UK Sanctions List and its predecessor."""
