"""`python -m devkit retention`: what is kept of sites that have left, and its end."""
