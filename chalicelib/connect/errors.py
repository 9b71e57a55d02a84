"""Everything the framework raises on purpose.

DormouseError
├── SettingsError                the environment is wrong; all faults are named together; nothing starts
├── DescriptorError              Jira would refuse the descriptor; the deploy stops with the reason
├── HttpError                    carries the status that the caller is answered with
│   ├── BadRequestError      400 the request is not what this route takes
│   ├── UnauthorizedError    401 no token that opens this route: the same words for every bad token
│   ├── ForbiddenError       403 the token is good, but does not reach this far
│   ├── NotFoundError        404 there is nothing here
│   ├── ConflictError        409 a later event has overtaken this one; nothing was changed
│   └── UnavailableError     503 a service that is needed did not answer; Jira sends a webhook again
├── UnknownJobError              a job is started that no function is registered for
├── NewerVersionError            a message was written by a newer version of the app than this one
├── DeliveryError                carries the decision what becomes of a delivery
│   ├── RetryLater               try this delivery again, not before a number of seconds
│   ├── GiveUp                   this delivery can never succeed: it goes to the dead letters with a reason
│   └── BatchFailed              the worker's word to Lambda that a part of its batch must come back
└── JiraError                    Jira did not do what it was asked; carries its status and its words
    ├── JiraUnauthorizedError    401 it does not know the app's signature, or the user's token
    ├── JiraForbiddenError       403 the app, or the user, may not do that
    ├── JiraNotFoundError        404 there is no such thing, or it may not be seen
    ├── JiraConflictError        409 somebody else was changing the same thing
    ├── JiraBusyError            429 it asks for a longer wait than a call can take: is a RetryLater too
    ├── JiraUnavailableError     5xx it failed, or did not answer at all
    ├── JiraAnswerError          its answer can not be used: no JSON, a redirect, pages without end
    │   └── JiraTooLargeError    its answer is larger than a function can hold
    ├── JiraAddressError         the call was never made: its address is not the tenant's own Jira
    └── JiraImpersonationError   the app may not act as this user
"""

from collections.abc import Mapping
from typing import ClassVar


class DormouseError(Exception):
    """The root: everything below is raised on purpose and says why in words."""


class SettingsError(DormouseError):
    """Raised when the environment holds no usable settings; the text names every fault."""


class DescriptorError(DormouseError):
    """Raised when Jira would refuse the descriptor; the text names every fault."""


class HttpError(DormouseError):
    """The root of what a caller over HTTP is told; the text is shown to the caller."""

    status: ClassVar[int]


class BadRequestError(HttpError):
    """Raised when a request is not what its route takes."""

    status = 400


class UnauthorizedError(HttpError):
    """Raised when a request carries no token that opens its route.

    The caller reads the same words whatever was wrong; `reason` (such as ``exp`` or ``signature``) is for the log
    alone and never holds any part of a token.
    """

    status = 401

    def __init__(self, reason: str) -> None:
        super().__init__("The request carries no token that opens this route.")
        self.reason = reason


class ForbiddenError(HttpError):
    """Raised when the token is good but does not reach as far as the request asks."""

    status = 403


class NotFoundError(HttpError):
    """Raised when there is nothing at the address that the request names."""

    status = 404


class ConflictError(HttpError):
    """Raised when a later event has overtaken the one in the request."""

    status = 409


class UnavailableError(HttpError):
    """Raised when a service that the request needs did not answer; trying again later can help."""

    status = 503


class UnknownJobError(DormouseError):
    """Raised when a job is started that no function is registered for."""


class DeliveryError(DormouseError):
    """The root of what a handler may say about its delivery."""


class RetryLater(DeliveryError):
    """Raised by a handler to have its delivery tried again, not before `seconds` have passed.

    A longer wait than `LONGEST` is cut to that: SQS can hide a message for twelve hours from its receipt and no longer.
    """

    LONGEST: ClassVar[int] = 42_000

    def __init__(self, seconds: int, reason: str) -> None:
        super().__init__(reason)
        self.seconds = min(max(seconds, 0), self.LONGEST)
        self.is_try = True
        """Whether the try that ends so counts towards the most that a delivery gets."""


class NewerVersionError(DormouseError, ValueError):
    """Raised for a message that a newer version of the app has put on the queue, and that this one can not read.

    It has come in before a rollback, and waits for the newer version to be back.
    """


class GiveUp(DeliveryError):
    """Raised by a handler when its delivery can never succeed: it goes to the dead letters with this reason."""


class BatchFailed(DeliveryError):
    """Raised to Lambda by the worker where nothing but an error makes Lambda bring messages back."""


class JiraError(DormouseError):
    """Raised when Jira did not do what it was asked; itself for a status that has no class of its own, such as 400.

    The text names the call without its query, and holds Jira's own words, cut short; no token is ever in it. A
    handler that lets it pass has its delivery tried again with growing delay where `retry` says that this can help;
    else the delivery goes to the dead letters with this text.
    """

    retry: ClassVar[bool] = False
    """Whether the same call can succeed later without anybody having changed anything."""

    def __init__(
        self,
        call: str,
        reason: str,
        *,
        status: int | None = None,
        messages: tuple[str, ...] = (),
        fields: Mapping[str, str] | None = None,
    ) -> None:
        # Named, since in JiraBusyError the next in line is RetryLater, which takes other arguments.
        DormouseError.__init__(self, ": ".join((f"{call}: {reason}", *messages)))
        self.status = status
        """Jira's own status; None when there was no answer."""
        self.messages = messages
        """What Jira says is wrong, in its own words: the fields' faults among it."""
        self.fields = dict(fields or {})
        """What Jira says is wrong with each field, by the field's name."""


class JiraUnauthorizedError(JiraError):
    """Raised on 401. It can heal: a container may know a new shared secret up to a minute late."""

    retry = True


class JiraForbiddenError(JiraError):
    """Raised on 403: a scope of the descriptor or a permission in Jira is missing."""


class JiraNotFoundError(JiraError):
    """Raised on 404; Jira answers so too for what may not be seen."""


class JiraConflictError(JiraError):
    """Raised on 409: somebody else was changing the same thing."""

    retry = True


class JiraBusyError(JiraError, RetryLater):
    """Raised when Jira asks for a longer wait than a call can take, or the function has no time for another call.

    It is a `RetryLater`: a handler that lets it pass has its delivery tried again after `seconds`. A wait that Jira
    asked for does not count as a try: busy hours of a site must fill no dead letters.
    """

    retry = True

    def __init__(
        self, call: str, reason: str, *, seconds: int, status: int | None = None, messages: tuple[str, ...] = ()
    ) -> None:
        JiraError.__init__(self, call, reason, status=status, messages=messages)
        RetryLater.__init__(self, seconds, str(self))
        self.is_try = seconds == 0


class JiraUnavailableError(JiraError):
    """Raised on 5xx, and when there was no answer; what the call was to change may have been changed."""

    retry = True


class JiraAnswerError(JiraError):
    """Raised when an answer can not be used: it is no JSON, a redirect, or pages that never end.

    Mostly it is a page that says that Jira is being maintained.
    """

    retry = True


class JiraTooLargeError(JiraAnswerError):
    """Raised when an answer is larger than a function can hold: what is asked for again must be less."""

    retry = False

    def __init__(self, call: str, reason: str, *, beginning: str, ending: str) -> None:
        super().__init__(call, reason)
        self.beginning = beginning
        """A few kilobytes from where the answer began."""
        self.ending = ending
        """And from where it ended; empty where the end never came."""


class JiraAddressError(JiraError):
    """Raised before anything is sent: the address is not one of the tenant's own Jira."""


class JiraImpersonationError(JiraError):
    """Raised when Atlassian gives the app no token to act as a user: no scope, no such user, or no access."""
