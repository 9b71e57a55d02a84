"""`make deploy`: what it refuses before it asks AWS anything."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from devkit.deploy.aws import RealAws
from devkit.deploy.pipeline import run as package
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import ROOT, Places
from devkit.publish import publish
from devkit.rollback import roll_back
from devkit.steps import Steps
from tests.unit.storage.answering import Server, answer

NOBODY = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        ("", "Which stage? Run `make deploy STAGE=dev`"),
        ("local", "The stage local is the embedded AWS: `make run` deploys it, `make clean` takes it away."),
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

    with pytest.raises(DevkitError, match=r"with your credentials: Unable to locate credentials\. Run `aws login`\."):
        RealAws()


def test_a_profile_that_is_not_there_is_named(no_aws: pytest.MonkeyPatch) -> None:
    no_aws.setenv("AWS_PROFILE", "no-such-profile")

    with pytest.raises(DevkitError, match=r"\(no-such-profile\) could not be found\. Set AWS_PROFILE to one that"):
        RealAws()


def test_half_of_the_credentials_names_the_other_half(no_aws: pytest.MonkeyPatch) -> None:
    no_aws.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    no_aws.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")

    with pytest.raises(DevkitError, match=r"missing: AWS_SECRET_ACCESS_KEY\. Set that too, or nothing of it"):
        RealAws()


def test_who_logs_in_by_sso_is_told_to_do_that(no_aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile a]\nregion = eu-central-1\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n"
        "[sso-session s]\nsso_region = eu-central-1\nsso_start_url = https://example.awsapps.com/start\n"
    )
    no_aws.setenv("AWS_CONFIG_FILE", str(config))
    no_aws.setenv("AWS_PROFILE", "a")

    with pytest.raises(DevkitError, match=r"Token for s does not exist\. Run `aws sso login`\."):
        RealAws()


def test_the_command_that_is_told_is_one_that_there_is() -> None:
    with pytest.raises(DevkitError, match=r"Run `python -m devkit rollback --stage=dev`"):
        roll_back(Places(ROOT), "", Interrupts(), Steps(io.StringIO()), yes=True)


def refusal(code: str) -> bytes:
    """STS's refusal, as it is on the wire."""
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>No.</Message></Error>"
    return answer(f"<ErrorResponse>{error}</ErrorResponse>".encode(), 403, "Content-Type: text/xml\r\n")


@pytest.fixture
def some_credentials(no_aws: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        no_aws.setenv(name, "AKIAIOSFODNN7EXAMPLE")
    no_aws.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    return no_aws


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredToken", r"they have expired\. Run `aws login`, or `aws sso login`, and then the same command again\."),
        ("InvalidClientTokenId", r"AWS does not know them \(InvalidClientTokenId\)\. Look at AWS_PROFILE"),
    ],
)
def test_credentials_that_aws_does_not_take_are_one_sentence_with_the_way_out(
    some_credentials: pytest.MonkeyPatch, code: str, sentence: str
) -> None:
    with Server([refusal(code)]).serving() as sts:
        some_credentials.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        with pytest.raises(DevkitError, match=sentence):
            RealAws()


def test_a_region_that_there_is_not_is_told_with_those_that_there_are(some_credentials: pytest.MonkeyPatch) -> None:
    some_credentials.setenv("AWS_DEFAULT_REGION", "eu-nowhere-1")
    some_credentials.setenv("AWS_ENDPOINT_URL_STS", NOBODY)  # as in that region
    with pytest.raises(DevkitError, match=r"AWS has no region 'eu-nowhere-1' .*: it has .*eu-central-1"):
        RealAws()


def test_where_nothing_answers_nobody_is_sent_to_log_in(some_credentials: pytest.MonkeyPatch) -> None:
    some_credentials.setenv("AWS_ENDPOINT_URL_STS", NOBODY)
    some_credentials.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(DevkitError, match=r"AWS does not answer: Could not connect .*\. Is there a network\?") as fault:
        RealAws()
    assert "login" not in str(fault.value)


def test_a_template_is_not_begun_with_settings_that_are_wrong(no_aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_aws.setenv("CONNECT_ODD", "1")
    with pytest.raises(DevkitError, match=r"(?s)Nothing was packaged\. .*CONNECT_ODD is no setting"):
        package(Places(ROOT), "dev", tmp_path / "out", Interrupts(), Steps(io.StringIO()))
    assert not (tmp_path / "out").exists()
