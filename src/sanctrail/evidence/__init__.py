"""What speaks for and against two records being one party beside the name; pure, no register."""
