"""A stand-in for Jira Cloud, for any Connect app: a site to click in, signed installs and webhooks, and the bridge.

It is a reading of the protocol of its own, and uses nothing of the app that it hosts.
"""

from devkit.jira.command import main

__all__ = ["main"]
