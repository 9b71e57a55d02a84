"""The embedded AWS: ministack, in an environment and a process of its own."""
