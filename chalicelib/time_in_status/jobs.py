"""What the app does that takes longer than a function lives."""

from __future__ import annotations

from chalicelib.connect.jobs import Jobs

jobs = Jobs()
