"""Celery's worker as a contestant: one that handles the tasks of one trial, in a pool that suits the trial."""

import os

from billiard import Array, Value
from celery import bootsteps
from celery.signals import worker_process_init, worker_ready
from celery.worker import state
from kombu.common import QoS

from tally import Tally

# Seconds until it looks again for something that it is not told of.
LOOK_AGAIN = 0.02


class PrefetchForEachConsumer(bootsteps.StartStopStep):
    """
    Celery 5.2 asks for a prefetch limit of the whole channel, which quorum queues refuse. This takes it back and asks for one
    for each consumer instead, which is the remedy that Celery's users have for it.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer):
        channel = consumer.connection.default_channel
        channel.basic_qos(0, 0, True)
        channel.basic_qos(0, consumer.initial_prefetch_count, False)

        def limit(prefetch_count):
            return consumer.task_consumer.qos(prefetch_count=prefetch_count, apply_global=False)

        consumer.qos = QoS(limit, consumer.initial_prefetch_count)


def pool_for(trial):
    """
    solo for one task at a time, where it is the fastest. prefork for tasks that need the processor, with a process for each task
    at once; threads for all others: with empty handlers they do twice what prefork does.
    """
    if trial.get("concurrency", 1) == 1:
        return "solo"
    return "prefork" if trial["kind"] == "work" and trial.get("how") != "wait" else "threads"


class Worker:
    """Consumes when the driver says go, tells when the last task is done, and stops when standard input is closed."""

    def __init__(self, app, driver):
        self.app = app
        self.driver = driver
        self.trial = driver.trial
        self.pool = pool_for(self.trial)
        self.consumer = None
        self.is_stopping = False
        # The processes of the prefork pool that are up.
        self.crew = Value("i", 0)
        worker_process_init.connect(lambda **_: counted(self.crew), weak=False)
        worker_ready.connect(self.on_ready)
        shared = {"counter": shared_counter, "store": Array("d", 3), "cpu": cpu_of_all(os.getpid())}
        tally = Tally(self.trial, driver.tell, self.on_done, **(shared if self.pool == "prefork" else {}))

        @app.task(name="bench.task")
        def handle(task):
            tally.handle(task)

    def run(self):
        """Returns when the worker has stopped."""
        if self.trial["queueType"] == "quorum":
            self.app.steps["consumer"].add(PrefetchForEachConsumer)
        worker = self.app.Worker(
            pool=self.pool,
            concurrency=self.trial.get("concurrency", 1),
            # Not yet the queue of the trial.
            queues=[list(self.app.amqp.queues)[-1]],
            quiet=True,
            loglevel="WARNING",
            without_gossip=True,
            without_mingle=True,
        )
        worker.start()
        if not self.is_stopping:
            self.driver.give_up(RuntimeError("Celery's worker ended by itself; the log says why"))

    def on_ready(self, sender, **_):
        self.consumer = sender
        crew = self.trial["concurrency"] if self.pool == "prefork" else 0
        self.when(lambda: self.pool == "solo" or self.crew.value >= crew, self.listen)

    def listen(self):
        self.driver.tell(ready=True)
        stay_awake(self.consumer.hub)
        self.consumer.hub.add_reader(0, self.on_input)

    def on_input(self):
        if os.read(0, 1024) != b"":
            self.consumer.add_task_queue(self.trial["queue"])
            return
        self.is_stopping = True
        self.consumer.hub.remove(0)
        self.consumer.cancel_task_queue(self.trial["queue"])
        # What was handled is to be acknowledged as well.
        self.when(lambda: not state.reserved_requests, self.stop)

    def stop(self):
        state.should_stop = os.EX_OK

    def when(self, condition, action):
        if condition():
            action()
        else:
            self.consumer.hub.call_later(LOOK_AGAIN, self.when, condition, action)

    def on_done(self, figures):
        """Called where the last task was handled, which may be in one of the pool's processes."""
        self.driver.tell(done=True, **figures)


def stay_awake(hub):
    """
    The event loop of kombu 5.2 may sleep for two seconds, until its next timer, with acknowledgements in its hands that the
    broker waits for: those that it got just before, or from a thread meanwhile. Celery is measured without that.
    """
    readable, writable = os.pipe()
    poll, call_soon = hub.poller.poll, hub.call_soon
    asleep = []

    def poll_unless_busy(timeout):
        asleep.append(True)
        try:
            return poll(0 if hub._ready else timeout)
        finally:
            asleep.clear()

    def call_soon_and_wake(callback, *args):
        called = call_soon(callback, *args)
        if asleep:
            os.write(writable, b".")
        return called

    hub.poller.poll = poll_unless_busy
    hub.call_soon = call_soon_and_wake
    hub.add_reader(readable, os.read, readable, 4096)


def counted(value):
    with value.get_lock():
        value.value += 1
        return value.value


def shared_counter():
    value = Value("i", 0)
    return lambda: counted(value)


def cpu_of_all(pid):
    """What reads the processor time, in seconds, of a process and of those it has forked."""

    def read():
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            pids = [str(pid), *file.read().split()]
        return sum(map(cpu_of, pids))

    return read


def cpu_of(pid):
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e9
    except OSError:
        # It has just ended.
        return 0.0
