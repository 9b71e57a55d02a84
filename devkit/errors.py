"""What the devkit raises on purpose."""


class DevkitError(Exception):
    """Raised when a command can not go on; the text is one clear sentence that a person reads, with the way out."""
