"""Text: folding names to a comparable form, scripts, dates and countries."""
