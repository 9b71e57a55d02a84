"""What the environment says, and that every fault in it is named at once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.errors import SettingsError
from chalicelib.connect.settings import ALL_JS, ATLASSIAN_HOSTS, Resources, Settings
from tests import strategies


def read(**values: str) -> Settings:
    return Settings.read({f"CONNECT_{name}": value for name, value in {"STAGE": "dev", **values}.items()})


def faults(**values: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**values)
    return str(caught.value)


def test_a_stage_is_enough() -> None:
    assert read() == Settings(
        stage="dev",
        base_url=None,
        install_keys_urls=(),
        allowed_hosts=ATLASSIAN_HOSTS,
        site_url=None,
        all_js_url=ALL_JS,
        partial_batches=False,
    )


KEY_ID = "0b1d4f0a-91f6-4d0b-9c63-26c6d2f9e0aa"


@pytest.mark.parametrize(
    "key",
    [
        KEY_ID,
        "mrk-0b1d4f0a91f64d0b9c6326c6d2f9e0aa",
        "alias/dormouse/prod",
        f"arn:aws:kms:eu-central-1:111122223333:key/{KEY_ID}",
        "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/dormouse",
    ],
)
def test_a_key_is_named_by_its_id_its_arn_or_an_alias(key: str) -> None:
    assert read(SECRETS_KEY=key).secrets_key == key


@pytest.mark.parametrize("key", ["dormouse", "alias/aws/dynamodb", "arn:aws:s3:::bucket", f"{KEY_ID}\n*", "alias/*"])
def test_what_names_no_key_of_ones_own_is_refused(key: str) -> None:
    assert "CONNECT_SECRETS_KEY must be the id, the ARN or an alias/… of a KMS key" in faults(SECRETS_KEY=key)


def test_a_setting_that_is_empty_is_none() -> None:
    names = ("BASE_URL", "INSTALL_KEYS_URL", "ALLOWED_HOSTS", "SITE_URL", "ALL_JS_URL", "PARTIAL_BATCHES")
    assert read(**dict.fromkeys(names, "  ")) == read()
    assert read(ALLOWED_HOSTS=" , ").allowed_hosts == ATLASSIAN_HOSTS


def test_the_rest_of_the_environment_is_none_of_our_business() -> None:
    assert Settings.read({"CONNECT_STAGE": "dev", "PATH": "/bin", "AWS_REGION": "eu-central-1"}) == read()


def test_urls_lose_their_last_slash_and_lists_their_blanks() -> None:
    settings = read(
        STAGE="local",
        BASE_URL="http://127.0.0.1:4566/_aws/execute-api/dormouse/local/",
        SITE_URL="http://127.0.0.1:4566/dormouse-local-site/",
        INSTALL_KEYS_URL=" http://127.0.0.1:9191/ ,, http://localhost:2990/install-keys ",
        ALLOWED_HOSTS="*.Atlassian.net, localhost",
    )

    assert settings.base_url == "http://127.0.0.1:4566/_aws/execute-api/dormouse/local"
    assert settings.site_url == "http://127.0.0.1:4566/dormouse-local-site"
    assert settings.install_keys_urls == ("http://127.0.0.1:9191", "http://localhost:2990/install-keys")
    assert settings.allowed_hosts == ("*.atlassian.net", "localhost")


def test_partial_batches_are_on_when_the_deploy_says_so() -> None:
    assert read(PARTIAL_BATCHES="on").partial_batches
    assert not read().partial_batches
    with pytest.raises(SettingsError, match="must be on or not set, and is 'On'"):
        read(PARTIAL_BATCHES="On")


def test_the_number_of_workers_is_one_that_aws_takes() -> None:
    assert read().worker_concurrency == 20
    assert read(WORKER_CONCURRENCY="2").worker_concurrency == 2
    for text in ("1", "1001", "many", "-5", "2.5", "٣"):
        with pytest.raises(SettingsError, match="CONNECT_WORKER_CONCURRENCY must be a whole number"):
            read(WORKER_CONCURRENCY=text)


def test_pages_are_kept_for_a_while_but_not_on_the_desk_of_their_author() -> None:
    assert read().page_seconds == 60
    assert read(STAGE="local").page_seconds == 0


def test_every_fault_is_named_at_once() -> None:
    found = faults(
        STAGE="Dev!",
        BASE_URL="ftp://example.com",
        SITE_URL="example.com",
        ALLOWED_HOSTS="*.atlassian.net,*",
        INSTALL_KEYS_URL="https://keys.example.com",
        ALL_JS_URL="https://example.com/all.js",
        BASEURL="https://example.com",
    )

    assert found == (
        "The settings are wrong: CONNECT_BASEURL is no setting; "
        "CONNECT_STAGE must be a short lower-case name such as dev, and is 'Dev!'; "
        "CONNECT_BASE_URL must be an https URL, and is 'ftp://example.com'; "
        "CONNECT_SITE_URL must be an https URL, and is 'example.com'; "
        "CONNECT_ALLOWED_HOSTS holds '*', which is neither a host name nor *. and a domain with a dot; "
        "CONNECT_INSTALL_KEYS_URL is refused outside the stage local; "
        "CONNECT_ALL_JS_URL is refused outside the stage local."
    )


@pytest.mark.parametrize("stage", ["", "a" * 21, "1a", "my-stage", "my_stage", "Dev", "dev\n.", "dév"])
def test_a_stage_is_a_name_that_may_stand_in_every_name_on_aws(stage: str) -> None:
    assert "CONNECT_STAGE must be" in faults(STAGE=stage)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://",
        "https:example.com",
        "//example.com",
        "https://user:secret@example.com",
        "https://example.com?a=1",
        "https://example.com#a",
        "https://example.com:port",
        "https://example.com:99999",
        "https://[example.com",
        "https://exam ple.com",
        "https://exa\nmple.com",
        'https://example.com/"><script>',
        "https://example.com/;script-src",
        "https://ex\u00e4mple.com",
        "javascript:alert(1)",
    ],
)
def test_an_address_is_a_plain_https_url(url: str) -> None:
    for name in ("BASE_URL", "SITE_URL"):
        assert f"CONNECT_{name} must be an https URL" in faults(**{name: url})


@pytest.mark.parametrize(
    "host",
    [
        "*",
        "*.",
        "*.net",
        "*.*.net",
        "a.*.net",
        "https://a.net",
        "a.net:443",
        "a net",
        "a..net",
        ".a.net",
        "a/b",
        "ä.net",
    ],
)
def test_an_allowed_host_is_a_name_or_all_names_of_a_domain(host: str) -> None:
    assert "CONNECT_ALLOWED_HOSTS holds" in faults(ALLOWED_HOSTS=f"*.atlassian.net,{host}")


def test_keys_and_scripts_that_are_not_atlassians_are_for_the_stage_local_alone() -> None:
    other = {"INSTALL_KEYS_URL": "http://localhost:2990/install-keys", "ALL_JS_URL": "http://localhost:2990/all.js"}

    assert read(STAGE="local", **other).install_keys_urls == (other["INSTALL_KEYS_URL"],)
    for stage in ("dev", "prod", "locale"):
        assert faults(STAGE=stage, **other).count("refused outside the stage local") == 2


@strategies.patient
@given(st.dictionaries(st.sampled_from(["STAGE", "BASE_URL", "ALLOWED_HOSTS", "ALL_JS_URL", "X"]), strategies.texts))
def test_whatever_the_environment_holds_there_are_settings_or_a_refusal(environment: dict[str, str]) -> None:
    with suppress(SettingsError):
        assert read(**environment).stage


def test_the_names_on_aws_come_from_the_stage() -> None:
    names = Resources("dev")

    assert names.tenants_table == "dormouse-dev-tenants"
    assert names.deliveries_table == "dormouse-dev-deliveries"
    assert names.records_table == "dormouse-dev-records"
    assert names.deliveries_queue == "dormouse-dev-deliveries"
    assert names.dead_letters_queue == "dormouse-dev-deliveries-dead"
    assert names.site_bucket("000000000000", "us-east-1") == "dormouse-dev-site-000000000000-us-east-1"


def test_the_longest_names_are_short_enough_for_s3() -> None:
    assert len(Resources("a" * 20).site_bucket("0" * 12, "ap-southeast-1")) <= 63


def test_a_tenant_may_keep_any_number_of_workers_busy_unless_a_cap_is_set() -> None:
    assert read().tenant_concurrency is None
    assert read(TENANT_CONCURRENCY="3").tenant_concurrency == 3


@pytest.mark.parametrize("number", ["0", "101", "-1", "x", "1.5"])
def test_a_cap_for_a_tenant_is_a_whole_number_or_none(number: str) -> None:
    assert "CONNECT_TENANT_CONCURRENCY must be" in faults(TENANT_CONCURRENCY=number)


def test_what_is_kept_of_a_tenant_that_has_left_is_kept_for_a_month_unless_told() -> None:
    assert read().retention_days == 30
    assert read(RETENTION_DAYS="7").retention_days == 7


@pytest.mark.parametrize("number", ["0", "3651", "-1", "x", "1.5"])
def test_the_days_of_retention_are_a_whole_number(number: str) -> None:
    assert "CONNECT_RETENTION_DAYS must be" in faults(RETENTION_DAYS=number)
