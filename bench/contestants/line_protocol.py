"""The driver's lines, for contestants written in Python; bench/README.md says what they are."""

import json
import math
import os
import queue
import sys
import threading
import time
import traceback


class Driver:
    """The other end of standard input and output."""

    def __init__(self):
        self.trial = json.loads(sys.argv[-1])
        # What a library prints must not come between the lines: it goes to the log.
        self._lines = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def tell(self, **line):
        with self._lock:
            self._lines.write(json.dumps(line) + "\n")
            self._lines.flush()

    def give_up(self, error):
        """Ends the process at once; the stack goes to the log."""
        traceback.print_exception(error)
        self.tell(error=str(error) or type(error).__name__)
        sys.stderr.flush()
        os._exit(1)

    def serve(self, kinds):
        """Does the trial: `kinds` has, by name, what makes a Prepared of it."""
        try:
            trial = self.trial
            if trial["kind"] not in kinds:
                raise ValueError(f"there is no {trial['kind']} here")
            self._serve(kinds[trial["kind"]](trial, self.tell))
        except Exception as error:
            self.give_up(error)

    def _serve(self, prepared):
        commands = queue.SimpleQueue()

        def read():
            for line in sys.stdin:
                commands.put(line.strip())
            prepared.stop()
            commands.put("")

        self.tell(ready=True, again=prepared.is_repeatable)
        threading.Thread(target=read, daemon=True).start()
        while commands.get() == "go":
            figures = prepared.run()
            if not prepared.is_stopped:
                self.tell(done=True, **figures)
        prepared.close()


class Prepared:
    """A trial that is ready to be done."""

    is_repeatable = False
    is_stopped = False

    def run(self):
        """Does it and returns its figures."""
        raise NotImplementedError

    def stop(self):
        """Makes a run return soon; called from another thread."""
        self.is_stopped = True

    def close(self):
        """Ends what it holds."""


class Stopwatch:
    """Seconds, and the processor time of this process, since it was made."""

    def __init__(self):
        self._cpu = time.process_time()
        self._start = time.monotonic()

    def figures(self):
        return {"seconds": time.monotonic() - self._start, "cpuSeconds": time.process_time() - self._cpu}


def now():
    """Milliseconds since 1970, with a fraction."""
    return time.time() * 1000


def evenly(count, rate, is_stopped):
    """Yields `count` times, `rate` times a second, or as fast as it can when `rate` is 0."""
    start = time.monotonic()
    for index in range(count):
        if rate > 0:
            time.sleep(max(0, start + index / rate - time.monotonic()))
        if is_stopped():
            return
        yield index


def total(trial):
    """The tasks of a trial with those that do not count."""
    return trial.get("warmUp", 0) + trial["count"]


def percentiles(values):
    """As bench/src/latencies.ts: by nearest rank."""
    ordered = sorted(values)

    def at(share):
        return ordered[max(math.ceil(round(share * len(ordered), 6)), 1) - 1] if ordered else math.nan

    return {"min": min(ordered, default=math.nan), "p50": at(0.5), "p99": at(0.99), "p999": at(0.999), "max": at(1)}


def do(work):
    """What a task of the kind `work` asks for: waits, or burns the processor's time."""
    seconds = work["milliseconds"] / 1000
    if work["how"] == "wait":
        time.sleep(seconds)
        return
    # A thread's own time: another one that burns as well gets nothing done for it.
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
