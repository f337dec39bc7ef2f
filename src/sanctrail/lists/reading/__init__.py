"""What readers of several lists share: safe XML, repair, facts in running text, rows."""
