"""What a worker has handled, for contestants written in Python."""

import itertools
import time

from line_protocol import do, now, percentiles, total

STARTED, CPU, FIRST_AT = range(3)


class Tally:
    """
    Handles tasks as the trial says, and calls `on_done` with the figures in the end of the last one. Threads may share it, and
    processes when they are given what they can share:
    counter makes a function that counts from 1 on; store has room for three numbers; cpu reads the processor time of all.
    """

    def __init__(self, trial, tell, on_done, counter=None, store=None, cpu=time.process_time):
        # next() of a count is atomic, += is not.
        counter = counter or (lambda: itertools.count(1).__next__)
        self._kind = trial["kind"]
        self._warm_up = trial.get("warmUp", 0)
        self._last = total(trial)
        self._tell = tell
        self._on_done = on_done
        self._begin = counter()
        self._end = counter()
        self._store = store or [0.0, 0.0, 0.0]
        self._cpu = cpu
        self._latencies = []

    def handle(self, task):
        """Handles one task: a text, {"at"}, or {"milliseconds", "how"}. True: that was the last one."""
        number = self._begin()
        if number == self._warm_up + 1:
            self._store[:] = [time.monotonic(), self._cpu(), now()]
        if self._kind == "handle-timed" and number > self._warm_up:
            self._latencies.append(now() - task["at"])
        if self._kind == "work":
            do(task)
        number = self._end()
        if self._kind == "work":
            self._tell(**{"progress": number, "from": self._store[FIRST_AT], "to": now()})
        if number != self._last:
            return False
        self._on_done(self._figures())
        return True

    def _figures(self):
        seconds = time.monotonic() - self._store[STARTED]
        if self._kind == "handle-timed":
            return {"latencies": percentiles(self._latencies), "count": len(self._latencies)}
        return {"seconds": seconds, "cpuSeconds": self._cpu() - self._store[CPU]}
