"""Canada: the consolidated autonomous sanctions list (SEMA)."""
