"""The European Union: the consolidated list of financial sanctions in all its layouts."""
