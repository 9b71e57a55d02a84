"""`python -m devkit simulate`: a day of the app on AWS, computed from what `make bench` has measured here."""

from __future__ import annotations

import argparse
from dataclasses import replace

from devkit.bench.figures import Section
from devkit.bench.plain_text import lines
from devkit.places import Places
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.section import simulated

LEAST = {"tenants": 1, "webhooks": 0, "bursts": 0, "bulk": 0, "workers": 2}
"""What the command may change, and the least that the model can have of it."""


def simulate(places: Places, chosen: argparse.Namespace) -> None:
    """Prints the tables of the day that was asked for."""
    given = {name: getattr(chosen, name) for name in LEAST}
    known = {name: max(LEAST[name], value) for name, value in given.items() if value is not None}
    assumed = measured_here(places, replace(Assumptions(), **known))
    print("\n".join(lines(simulated(assumed, chosen.seed))))


def measured_here(places: Places, assumed: Assumptions) -> Assumptions:
    """The same with what `make bench` has found on this machine, where it has."""
    folder = places.of("bench") / "figures"
    for name in ("cold", "warm"):
        if section := Section.read(folder, name):
            assumed = assumed.measured(section.facts)
    return assumed
