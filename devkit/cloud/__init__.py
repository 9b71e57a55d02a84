"""The embedded AWS: ministack, in an environment and a process of its own."""

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"

CREDENTIALS = "test"
"""The access key, and the secret key, of the one who may do everything."""
