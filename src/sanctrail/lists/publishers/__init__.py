"""Where the lists are published, and fetching them from there."""
