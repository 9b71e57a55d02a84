"""The protocol as Atlassian wrote it down: pure functions and values.

Nothing in this folder does I/O or imports anything that does; `tests/test_architecture.py` holds it to that.
"""
