"""The tokens that the app itself makes, with the secret that it shares with a tenant: for its calls to Jira.

Source: https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/ and
https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/.
"""

from chalicelib.connect.protocol.compact import hs256

SECONDS = 180
"""How long a token for one call is good: as long as in Atlassian's own framework."""

ASSERTION_SECONDS = 60
"""How long the app's word that it acts for a user is good; it is handed in at once."""


def app_token(app_key: str, *, client_key: str, secret: str, qsh: str, now: float) -> str:
    """The token of one call to Jira in the app's own name, bound to it by the query hash `qsh`."""
    issued = int(now)
    claims = {"iss": app_key, "aud": [client_key], "iat": issued, "exp": issued + SECONDS, "qsh": qsh}
    return hs256(claims, secret)


def user_assertion(
    account_id: str, *, oauth_client_id: str, secret: str, base_url: str, audience: str, now: float
) -> str:
    """What the app hands to Atlassian's authorization server, `audience`, to be given a token of the user."""
    issued = int(now)
    claims = {
        "iss": f"urn:atlassian:connect:clientid:{oauth_client_id}",
        "sub": f"urn:atlassian:connect:useraccountid:{account_id}",
        "tnt": base_url,
        "aud": audience,
        "iat": issued,
        "exp": issued + ASSERTION_SECONDS,
    }
    return hs256(claims, secret)
