"""How a job is called on the queue: the message says which run it is about, and all else is in the store of runs."""

import json

from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.protocol.versions import VERSION, check_version
from chalicelib.connect.values import frozen


@frozen(kw_only=True)
class JobMessage:
    """A call to go on with a run of a job."""

    client_key: str
    """The tenant whose job it is; for the framework's own jobs `chalicelib.connect.runs.SYSTEM`."""
    name: str
    key: str
    """What tells this job from another of the same name and tenant; empty where there is one at most."""
    run: str
    """Which of the runs that the job has had is meant."""
    not_before: int = 0
    """When it may begin, seconds since the epoch."""

    def encode(self) -> str:
        """The text of the SQS message."""
        return json.dumps(
            {
                "version": VERSION,
                "clientKey": self.client_key,
                "job": self.name,
                "key": self.key,
                "run": self.run,
                "notBefore": self.not_before,
            },
            separators=(",", ":"),
        )

    @classmethod
    def decode(cls, text: str) -> "JobMessage":
        """The message in `text`; raises `ValueError` for none, `NewerVersionError` for one of a newer app."""
        read = read_object(text)
        check_version(read)
        texts = [read.get(name) for name in ("clientKey", "job", "key", "run")]
        not_before = read.get("notBefore")
        if not all(isinstance(each, str) for each in texts) or type(not_before) is not int:
            raise ValueError("it calls for no job")
        client_key, name, key, run = map(str, texts)
        return cls(client_key=client_key, name=name, key=key, run=run, not_before=not_before)
