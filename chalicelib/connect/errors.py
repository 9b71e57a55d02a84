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
└── DeliveryError                carries the decision what becomes of a delivery
    ├── RetryLater               try this delivery again, not before a number of seconds
    ├── GiveUp                   this delivery can never succeed: it goes to the dead letters with a reason
    └── BatchFailed              the worker's word to Lambda that a part of its batch must come back
"""

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


class GiveUp(DeliveryError):
    """Raised by a handler when its delivery can never succeed: it goes to the dead letters with this reason."""


class BatchFailed(DeliveryError):
    """Raised to Lambda by the worker where nothing but an error makes Lambda bring messages back."""
