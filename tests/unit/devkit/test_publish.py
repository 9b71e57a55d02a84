"""`make deploy`: what it refuses before it asks AWS anything."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from devkit.deploy.aws import RealAws
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import ROOT, Places
from devkit.publish import publish
from devkit.steps import Steps


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        ("", "Which stage? Run `make deploy STAGE=dev`"),
        ("local", "The stage local is the embedded AWS: `make run` deploys it."),
        ("no-such", "There is no stage 'no-such' in .chalice/config.json; the stages are:"),
    ],
)
def test_a_stage_that_is_none_to_deploy_is_refused(stage: str, sentence: str) -> None:
    with pytest.raises(DevkitError) as fault:
        publish(Places(ROOT), stage, Interrupts(), Steps(io.StringIO()))
    assert str(fault.value).startswith(sentence)


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def test_without_a_region_the_sentence_names_the_variable(no_aws: pytest.MonkeyPatch) -> None:
    with pytest.raises(DevkitError, match="No AWS region is set: set AWS_DEFAULT_REGION, such as eu-central-1"):
        RealAws()


def test_without_credentials_the_sentence_says_how_to_get_some(no_aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_aws.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    with pytest.raises(DevkitError, match="AWS can not be reached with your credentials: Unable to locate credentials"):
        RealAws()


def test_a_profile_that_is_not_there_is_named(no_aws: pytest.MonkeyPatch) -> None:
    no_aws.setenv("AWS_PROFILE", "no-such-profile")

    with pytest.raises(DevkitError, match="no-such-profile"):
        RealAws()
