"""The devkit: everything that serves the developer and is never deployed."""
