"""How far a run of many chapters is: which are done, which are at work, and how long the others will take."""

import shutil
import sys
import time
from collections.abc import Mapping


class Progress:
    """Tells of chapters as they start and end; on a terminal, of their cells too, in one line that is rewritten.

    Parameters
    ----------
    usual : mapping of str to float
        By chapter, the seconds it took last time; infinity where that is not known.
    at_once : int
        Chapters side by side.
    """

    def __init__(self, usual: Mapping[str, float], at_once: int) -> None:
        known = [seconds for seconds in usual.values() if seconds < float("inf")]
        typical = sum(known) / len(known) if known else 0.0
        self.left = {name: seconds if seconds < float("inf") else typical for name, seconds in usual.items()}
        self.count, self.at_once, self.begun = len(usual), at_once, time.monotonic()
        self.at_work: dict[str, str] = {}
        self.started: dict[str, float] = {}

    def starts(self, name: str) -> None:
        self.at_work[name], self.started[name] = "starts", time.monotonic()
        self._say(f"{name} starts")

    def is_at(self, name: str, cell: int, of: int) -> None:
        self.at_work[name] = f"cell {cell} of {of}"
        if sys.stdout.isatty():
            told = ", ".join(f"{chapter} {where}" for chapter, where in self.at_work.items())
            print("\r" + _filled(f"{self._clock()} {self._summary()}: {told}"), end="", flush=True)

    def is_done(self, name: str, seconds: float) -> None:
        del self.at_work[name], self.left[name]
        self._say(f"{name} done in {seconds:.0f} s; {self._summary()}")

    def seconds_left(self) -> float:
        """The rest of what chapters took last time: on all cores, but no less than the longest needs alone."""
        now = time.monotonic()
        rest = [max(0.0, usual - (now - self.started.get(name, now))) for name, usual in self.left.items()]
        return max([sum(rest) / self.at_once, *rest], default=0.0)

    def _summary(self) -> str:
        done = f"{self.count - len(self.left)} of {self.count} done"
        seconds = self.seconds_left()
        if not self.left:
            return done
        return f"{done}, about {f'{seconds / 60:.0f} min' if seconds >= 90 else f'{max(seconds, 1):.0f} s'} left"

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self.begun), 60)
        return f"[{minutes:2d}:{seconds:02d}]"

    def _say(self, what: str) -> None:
        line = f"{self._clock()} {what}"
        print("\r" + _filled(line) if sys.stdout.isatty() else line, flush=True)


def _filled(text: str) -> str:
    """A line that covers what stood there before, and is no wider than the terminal, which would begin a new one."""
    width = shutil.get_terminal_size().columns - 1
    return text[:width].ljust(width)
