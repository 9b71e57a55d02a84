"""The four commands on dead letters: list and show look, replay and drop act, and only when told so with ``--yes``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from typing import TextIO

from devkit.deliveries import showing
from devkit.deliveries.filters import Filter
from devkit.deliveries.letters import DeadLetter
from devkit.deliveries.progress import Progress
from devkit.deliveries.showing import count
from devkit.deliveries.stage import Stage
from devkit.errors import DevkitError


class Commands:
    """The commands on the dead letters of `stage` that `meant` admits; `check` is called often, and may raise."""

    def __init__(
        self,
        stage: Stage,
        meant: Filter,
        *,
        out: TextIO,
        check: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._stage = stage
        self._meant = meant
        self._out = out
        self._check = check
        self._clock = clock
        self._read = 0

    def show_list(self, most: int) -> None:
        """Shows a line for each letter, of the oldest `most`, and how many there are of each kind."""
        letters = sorted(self._meant_letters(), key=lambda letter: letter.sent_at)
        self._say(*showing.table(letters[:most], self._clock()))
        if len(letters) > most:
            self._say(f"{count(len(letters) - most, 'newer one')} not shown: see --limit.")
        if len(letters) > 1:
            self._say("", *showing.summary(letters))
        self._say(self._found(len(letters)))

    def show(self) -> None:
        """Shows all there is to say of each letter. Raises `DevkitError` where there is none."""
        shown = 0

        def show(batch: list[DeadLetter]) -> None:
            nonlocal shown
            for letter in batch:
                self._say(*([""] if shown else []))
                self._say(*showing.whole(letter, self._stage.replay.body(letter), self._clock()))
                shown += 1

        self._for_each_batch(show)
        if not shown:
            raise DevkitError(self._found(0))

    def replay(self, *, yes: bool) -> None:
        """Puts the letters on the deliveries queue again; without `yes` only says which."""
        if not yes:
            self._dry_run("replayed")
            return
        done: Counter[str] = Counter()
        seen: set[tuple[str, str]] = set()

        def replay(batch: list[DeadLetter]) -> None:
            # What fails again at once comes back while this still reads, and must not be sent round and round.
            chosen = list({_delivery(each): each for each in batch if _delivery(each) not in seen}.values())
            seen.update(map(_delivery, chosen))
            sent = self._stage.replay.send(chosen)
            self._stage.dead_letters.delete(sent)
            done.update(replayed=len(sent), stayed=len(chosen) - len(sent), repeated=len(batch) - len(chosen))

        self._for_each_batch(replay)
        self._say(f"{count(done['replayed'])} replayed." if done["replayed"] else self._found(0))
        if done["stayed"]:
            self._say(f"{count(done['stayed'])} could not be sent, or the body has expired: still here.")
        if done["repeated"]:
            self._say(f"{count(done['repeated'])} came back, or repeated one that was replayed: still here.")

    def drop(self, *, yes: bool) -> None:
        """Deletes the letters for good; without `yes` only says which."""
        if not yes:
            self._dry_run("dropped for good")
            return
        dropped = 0

        def drop(batch: list[DeadLetter]) -> None:
            nonlocal dropped
            dropped += self._stage.dead_letters.delete(each.message_id for each in batch)

        self._for_each_batch(drop)
        self._say(f"{count(dropped)} dropped." if dropped else self._found(0))

    def _dry_run(self, done: str) -> None:
        if letters := self._meant_letters():
            self._say(*showing.summary(letters), f"{count(len(letters))} would be {done}: say --yes to do it.")
        else:
            self._say(self._found(0))

    def _meant_letters(self) -> list[DeadLetter]:
        """All letters that are meant, without their bodies: of these, many are kept at once."""
        letters: list[DeadLetter] = []
        self._for_each_batch(lambda batch: letters.extend(map(_without_body, batch)))
        return letters

    def _for_each_batch(self, act: Callable[[list[DeadLetter]], None]) -> None:
        """Calls `act` with the letters that are meant, by batches of up to ten; what it leaves is put back."""
        letters = self._stage.dead_letters
        counts = letters.counts()
        progress = Progress(self._out, counts.waiting)
        try:
            with closing(self._stage.letters(self._check)) as batches:
                for batch in batches:
                    self._read += len(batch)
                    progress.add(len(batch))
                    now = self._clock()
                    if meant := [letter for letter in batch if self._meant.admits(letter, now)]:
                        act(meant)
        finally:
            progress.end()
        if counts.held:
            self._say(
                f"About {count(counts.held)} more are in view of another command, and not looked at here: "
                f"they are back when it ends, at the latest after {letters.held_seconds(counts)} s."
            )

    def _found(self, number: int) -> str:
        if not self._read:
            return "There are no dead letters."
        return f"{count(number)}." if number == self._read else f"{number:,} of {count(self._read)}."

    def _say(self, *lines: str) -> None:
        for line in lines:
            print(line, file=self._out, flush=True)


def _without_body(letter: DeadLetter) -> DeadLetter:
    return replace(letter, text="", message=letter.message and replace(letter.message, body=""))


def _delivery(letter: DeadLetter) -> tuple[str, str]:
    """What stays the same when a letter comes back: SQS's name for it does not."""
    return letter.tenant, letter.id if letter.message else sha256(letter.text.encode()).hexdigest()
