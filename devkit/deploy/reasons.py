"""Why a `chalice deploy` failed, read from what it printed: a traceback of its own inside, whatever it was."""

from __future__ import annotations

import re
from pathlib import Path

from devkit.deploy.aws import EXPIRED, LOG_IN_AGAIN

LONGEST = 600
"""The most characters of a reason that are shown; the log holds the rest."""

_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'^ *File "(?P<path>[^"]+)", line (?P<line>\d+)', re.MULTILINE)
_SYNTAX = re.compile(
    r'^File "(?P<path>[^"]+)", line (?P<line>\d+)\n.*^SyntaxError: (?P<text>.*)', re.MULTILINE | re.DOTALL
)
_RAISED = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<text>.*))?\Z", re.DOTALL)
_ON_PURPOSE = "chalicelib.connect.errors."
_WRAPPED = re.compile(r"\AERROR - While deploying your chalice application, received the following\s+error:\s*")
_PACKAGE = re.compile(r"Could not satisfy the requirement: (?P<package>\S+)")


def reason(output: str, folder: Path) -> str:
    """Why Chalice failed, in one sentence, from the `output` that it printed while it ran in `folder`."""
    told = why(output, folder)
    return f"The deploy failed: {LOG_IN_AGAIN if any(f'({code})' in told for code in EXPIRED) else told}"


def why(output: str, folder: Path) -> str:
    """The same without saying what failed: for whatever else loads the app in `folder`."""
    return _shortened(_reason(output, folder).replace(f"{folder}/", ""))


def _reason(output: str, folder: Path) -> str:
    if syntax := _SYNTAX.search(output):
        return f"{syntax['path']}, line {syntax['line']}: {syntax['text'].strip()}"
    *earlier, trace = output.split(_TRACEBACK)[1:] or [""]
    raised = _RAISED.match(_raised(trace))
    if not raised:
        return output.strip().rpartition("\n")[2] or "Chalice printed nothing"
    if raised["kind"].endswith(".ChaliceDeploymentError"):
        # Chalice wraps some exceptions in one of its own; what the app raised stands in the traceback before it.
        if earlier and _place(earlier[-1], folder):
            return _reason(_TRACEBACK + earlier[-1].partition("\n\n")[0], folder)
        return _WRAPPED.sub("", raised["text"])
    return _told(raised["kind"], (raised["text"] or "").strip(), _place(trace, folder))


def _told(kind: str, text: str, place: str) -> str:
    if package := _PACKAGE.search(text):
        return f"pip does not find the package {package['package']}: is its name right, and is there a network?"
    if kind.endswith(".PackageDownloadError"):
        return f"pip can not get the packages of requirements.txt: {text}"
    if kind.startswith(_ON_PURPOSE) or not place:
        return text or kind
    return f"{place}: {kind.rpartition('.')[2]}: {text}".rstrip(": ")


def _raised(trace: str) -> str:
    """The end of a traceback, which names what was raised: it begins at the first line after the frames."""
    lines = trace.strip("\n").splitlines()
    after = max((number for number, line in enumerate(lines) if line.startswith("  File ")), default=-1) + 1
    start = next((number for number in range(after, len(lines)) if not lines[number].startswith(" ")), len(lines))
    return "\n".join(lines[start:]).strip()


def _place(trace: str, folder: Path) -> str:
    """The last line of the project's own code in the traceback; empty where none is: then Chalice itself complains."""
    own = [frame for frame in _FRAME.finditer(trace) if Path(frame["path"]).is_relative_to(folder)]
    return f"{own[-1]['path']}, line {own[-1]['line']}" if own else ""


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
