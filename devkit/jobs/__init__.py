"""`python -m devkit jobs`: which jobs have run for whom, how far they are, and what is to become of them."""
