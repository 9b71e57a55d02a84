"""What the app costs: measured on this machine, in the shape in which it runs on Lambda."""
