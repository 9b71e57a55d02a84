"""`python -m devkit simulate`: a day of the app on AWS, computed from what `make bench` has measured here."""

from __future__ import annotations

import argparse

from devkit.bench.figures import Section
from devkit.bench.plain_text import lines
from devkit.places import Places
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.section import simulated


def simulate(places: Places, chosen: argparse.Namespace) -> None:
    """Prints the tables of the day that was asked for."""
    assumed = measured_here(
        places,
        Assumptions(
            tenants=max(1, chosen.tenants),
            webhooks=max(0, chosen.webhooks),
            bursts=max(0, chosen.bursts),
            bulk=max(0, chosen.bulk),
            workers=max(2, chosen.workers),
        ),
    )
    print("\n".join(lines(simulated(assumed, chosen.seed))))


def measured_here(places: Places, assumed: Assumptions) -> Assumptions:
    """The same with what `make bench` has found on this machine, where it has."""
    folder = places.of("bench") / "figures"
    for name in ("cold", "warm"):
        if section := Section.read(folder, name):
            assumed = assumed.measured(section.facts)
    return assumed
