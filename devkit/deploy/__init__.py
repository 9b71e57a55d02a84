"""The deploy: resources, site, and the unmodified `chalice deploy`; on the embedded AWS and the real one alike."""
