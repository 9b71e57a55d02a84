"""The deploy: resources, site, and the unmodified `chalice deploy`; the same on the embedded AWS and on the real one."""
