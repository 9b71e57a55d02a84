"""A look at a stage that runs: `python -m devkit status` and `python -m devkit logs`."""
