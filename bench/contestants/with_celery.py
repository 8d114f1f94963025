"""
Celery as its users run it: a task with late acks, `worker_prefetch_multiplier` 1, no results.

For the comparison it is given all that makes it faster without making it less safe: no events, gossip or mingling, and no
line in the log for each task. Adding waits for the broker's confirm (`confirm_publish`, off by default), as everybody does here.
"""

import os

from celery import Celery
from kombu import Exchange, Queue

from celery_worker import Worker
from line_protocol import Driver, Prepared, Stopwatch, evenly, now, total

driver = Driver()


def make_app(job, confirm):
    app = Celery("bench", broker=job["broker"]["amqp"], set_as_current=True)
    queues = [
        Queue(job["queue"], Exchange(""), routing_key=job["queue"], no_declare=True),
        # What a worker consumes from before it is asked for the tasks of the job.
        Queue(f"{job['queue']}.idle.{os.getpid()}", Exchange(""), durable=False, auto_delete=True),
    ]
    app.conf.update(
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        task_queues=queues,
        task_default_queue=job["queue"],
        task_default_exchange="",
        task_default_routing_key=job["queue"],
        broker_transport_options={"confirm_publish": confirm},
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
    )
    return app


class Publishing(Prepared):
    def __init__(self, job, confirm=True):
        self.job = job
        self.app = make_app(job, confirm)
        # A producer sends none while it waits for the next round, and the broker would hang up.
        self.app.conf.broker_heartbeat = 0

        @self.app.task(name="bench.task")
        def handle(_task):
            """A worker has its own."""

        self.task = handle
        with self.producer() as producer:
            producer.connection.ensure_connection(max_retries=1)

    def producer(self):
        """One of those that `apply_async` takes as well."""
        return self.app.producer_pool.acquire(block=True)

    def all(self, payloads, rate=0):
        watch = Stopwatch()
        for index in evenly(len(payloads), rate, lambda: self.is_stopped):
            payload = payloads[index]
            self.task.apply_async((payload() if callable(payload) else payload,))
        return watch.figures()

    def close(self):
        self.app.close()


class Adding(Publishing):
    is_repeatable = True

    def __init__(self, job, _tell):
        super().__init__(job)
        self.all([self.text] * job.get("warmUp", 0))

    @property
    def text(self):
        return "x" * self.job["size"]

    def run(self):
        return self.all([self.text] * self.job["count"])


class Sending(Publishing):
    def __init__(self, job, _tell):
        super().__init__(job)

    def run(self):
        return self.all([lambda: {"at": now()}] * total(self.job), self.job.get("rate", 0))


class Filling(Publishing):
    """Without confirms: Celery cannot have several on their way. In the end the queue is asked for, on the same channel."""

    is_repeatable = True

    def __init__(self, job, _tell):
        super().__init__(job, confirm=False)
        self.payloads = job.get("tasks") or ["x" * job.get("size", 0)] * total(job)

    def run(self):
        figures = self.all(self.payloads)
        with self.producer() as producer:
            producer.channel.queue_declare(self.job["queue"], passive=True)
        return figures


kinds = {"add": Adding, "send": Sending, "fill": Filling}

if driver.job["kind"] in kinds:
    driver.serve(kinds)
else:
    Worker(make_app(driver.job, confirm=False), driver).run()
