"""The first step of every `make` command: `python3 -m devkit.bootstrap` builds the environments that are missing.

With the word `clean` it removes them, and all that local runs have stored.

This file must be understood by any Python, so that an old one can say that it is too old.
"""

import sys

OLDEST = (3, 11)


def too_old(version):
    # type: (tuple[int, ...]) -> str
    """The sentence for a Python of this `version`; empty where it is new enough."""
    if version >= OLDEST:
        return ""
    sentence = "Dormouse needs Python %d.%d or newer; this is %d.%d. Set PYTHON=, such as `make run PYTHON=python3.11`."
    return sentence % (OLDEST + tuple(version[:2]))


if __name__ == "__main__":
    complaint = too_old(tuple(sys.version_info[:2]))
    if complaint:
        sys.stderr.write(complaint + "\n")
        sys.exit(1)
    from devkit import environments

    sys.exit(environments.main(sys.argv[1:]))
