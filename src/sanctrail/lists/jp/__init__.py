"""Japan: the asset freeze list of the Ministry of Finance."""
