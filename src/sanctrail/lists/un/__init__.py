"""The UN Security Council: the consolidated list and the 1718 designated vessels."""
