"""What goes out over HTTP to Atlassian: the only folder that may call there."""
