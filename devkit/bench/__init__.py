"""What the app costs: measured on this machine, in the shape in which it runs on Lambda."""

PARTS = ("cold", "warm", "flow", "scale")
"""The parts of `make bench`, in their order."""
