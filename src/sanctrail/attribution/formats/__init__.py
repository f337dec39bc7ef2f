"""Forms of label files, told apart by what they hold."""
