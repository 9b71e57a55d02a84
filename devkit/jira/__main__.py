"""`python -m devkit.jira`."""

import sys

from devkit.jira.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
