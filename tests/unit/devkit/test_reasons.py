"""Chalice's tracebacks, and the sentences that they become. The output is shortened from what Chalice 1.34 printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devkit.deploy.reasons import LONGEST, reason
from devkit.places import ROOT

FOLDER = Path("/work/.dormouse/local/project")
INSIDE = """Traceback (most recent call last):
  File "/venv/lib/python3.11/site-packages/chalice/cli/__init__.py", line 642, in main
    return cli(obj={})
           ^^^^^^^^^^^
  File "/venv/lib/python3.11/site-packages/chalice/cli/factory.py", line 314, in load_chalice_app
    app = importlib.import_module('app')
  File "<frozen importlib._bootstrap>", line 241, in _call_with_frames_removed
"""


def said(output: str) -> str:
    """The sentence, without its beginning, which is always the same."""
    sentence = reason(output, FOLDER)
    assert sentence.startswith("The deploy failed: ")
    return sentence.removeprefix("The deploy failed: ")


def test_a_syntax_error_is_told_with_its_line() -> None:
    output = f"""{INSIDE}RuntimeError: Unable to import your app.py file:

File "{FOLDER}/chalicelib/time_in_status/api.py", line 5
  def (

SyntaxError: invalid syntax

"""
    assert said(output) == "chalicelib/time_in_status/api.py, line 5: invalid syntax"


def test_an_exception_of_the_app_is_told_with_the_last_line_of_the_projects_own() -> None:
    output = f"""{INSIDE}  File "{FOLDER}/app.py", line 5, in <module>
    x = nope
        ^^^^
NameError: name 'nope' is not defined

"""
    assert said(output) == "app.py, line 5: NameError: name 'nope' is not defined"


def test_what_the_framework_says_on_purpose_is_told_in_its_own_words() -> None:
    output = f"""Creating deployment package.
{INSIDE}  File "{FOLDER}/app.py", line 20, in <module>
    connect = Connect(app, events)
  File "{FOLDER}/chalicelib/connect/descriptor.py", line 40, in check
    raise DescriptorError(text)
chalicelib.connect.errors.DescriptorError: Jira would refuse the descriptor:
the module key 'panel' is there twice.

"""
    assert said(output) == "Jira would refuse the descriptor: the module key 'panel' is there twice."


def test_an_exception_without_a_text_is_told_by_its_name() -> None:
    output = f'{INSIDE}  File "{FOLDER}/app.py", line 5, in <module>\n    assert False\nAssertionError\n'

    assert said(output) == "app.py, line 5: AssertionError"


def test_the_last_of_several_exceptions_counts() -> None:
    first = f'{INSIDE}  File "{FOLDER}/app.py", line 3, in <module>\nKeyError: 1\n'
    second = f'{INSIDE}  File "{FOLDER}/app.py", line 5, in <module>\nValueError: two\n'

    output = f"{first}\nDuring handling of the above exception, another exception occurred:\n\n{second}"

    assert said(output) == "app.py, line 5: ValueError: two"


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (
            f"RuntimeError: Unable to load IAM policy file {FOLDER}/.chalice/policy-api.json: [Errno 2] No such file",
            "Unable to load IAM policy file .chalice/policy-api.json: [Errno 2] No such file",
        ),
        (
            "chalice.deploy.packager.NoSuchPackageError: Could not satisfy the requirement: PyJWT==2.15.1",
            "pip does not find the package PyJWT==2.15.1: is its name right, and is there a network?",
        ),
        (
            "chalice.deploy.packager.PackageDownloadError: ERROR: the disk is full",
            "pip can not get the packages of requirements.txt: ERROR: the disk is full",
        ),
        (
            'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "http://127.0.0.1:9/"',
            'Could not connect to the endpoint URL: "http://127.0.0.1:9/"',
        ),
    ],
)
def test_what_chalice_itself_complains_about_is_told_without_a_line_of_its_own_code(raised: str, sentence: str) -> None:
    assert said(f"{INSIDE}{raised}\n\n") == sentence


WRAPPED = f"""
During handling of the above exception, another exception occurred:

{INSIDE}chalice.deploy.deployer.ChaliceDeploymentError: ERROR - """


def test_what_chalice_wraps_into_an_error_of_its_own_is_told_as_the_app_raised_it() -> None:
    inner = f'{INSIDE}  File "{FOLDER}/app.py", line 9, in <module>\n    f()\nValueError: of no use\n'
    outer = f"{WRAPPED}While deploying your chalice application, received the following error:\n\n of no use\n\n\n"

    assert said(inner + outer) == "app.py, line 9: ValueError: of no use"


def test_what_chalice_wraps_of_its_own_or_of_aws_is_told_with_its_advice() -> None:
    inner = f"{INSIDE}ValueError: Invalid function name\n"
    outer = f"{WRAPPED}While deploying your chalice application, received the following error:\n\n Invalid\n name\n\n"
    assert said(inner + outer) == "Invalid name"

    where = (
        'While sending your chalice handler code to Lambda to create function\n"worker", received the following error:'
    )
    outer = f"{WRAPPED}{where}\n\n Too large.\n\nRemove packages.\n"
    assert said(inner + outer) == (
        'ERROR - While sending your chalice handler code to Lambda to create function "worker", '
        "received the following error: Too large. Remove packages."
    )


def test_without_a_traceback_the_last_line_counts() -> None:
    assert said("one\nNo region configured.\n") == "No region configured."
    assert said("") == "Chalice printed nothing"


def test_a_very_long_reason_is_cut_off() -> None:
    assert said(f"{INSIDE}ValueError: {'x' * 10_000}\n") == "x" * LONGEST + "…"


DEPLOY = """
from pathlib import Path
from devkit.deploy.chalice import chalice_deploy
chalice_deploy(Path(), "dev", {"PATH": "/usr/bin:/bin"}, Path("log"), lambda: None)
"""


def test_a_chalice_that_was_killed_is_said_to_be_and_not_what_it_printed_last(tmp_path: Path) -> None:
    """Of the two programs of an environment, Python is the real one, and Chalice one that is killed at its work."""
    chalice, python = tmp_path / "chalice", tmp_path / "python"
    chalice.write_text("#!/bin/sh\necho Creating lambda function: dormouse-dev\nkill -9 $$\n")
    chalice.chmod(0o755)
    python.symlink_to(sys.executable)

    done = subprocess.run(
        [python, "-c", DEPLOY],
        cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Chalice was ended by a signal from outside, SIGKILL: run the deploy again." in done.stderr


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException"])
def test_credentials_that_expired_meanwhile_are_told_with_the_way_out(code: str) -> None:
    said = f"botocore.exceptions.ClientError: An error occurred ({code}) when calling the X operation: It is expired"
    assert reason(f"Traceback (most recent call last):\n{said}\n", FOLDER) == (
        "The deploy failed: Your credentials have expired: run `aws login`, or `aws sso login`."
    )
