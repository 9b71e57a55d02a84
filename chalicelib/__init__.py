"""Everything that the Lambda package holds beside app.py."""
