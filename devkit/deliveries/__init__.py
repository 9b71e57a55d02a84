"""`python -m devkit deliveries`: what lies among the dead letters, why, and what is to become of it."""
