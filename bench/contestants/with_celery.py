"""
Celery as its users run it: a task with late acks, `worker_prefetch_multiplier` 1, no results.

For the comparison it is given all that makes it faster without making it less safe: no events, gossip or mingling, and no
line in the log for each task. Adding waits for the broker's confirm (`confirm_publish`, off by default), as everybody does here.
"""

import os

from celery import Celery
from kombu import Exchange, Queue

from celery_worker import Worker
from line_protocol import Driver
from producing import producers

driver = Driver()


def make_app(trial, confirm):
    app = Celery("bench", broker=trial["broker"]["amqp"], set_as_current=True)
    queues = [
        Queue(trial["queue"], Exchange(""), routing_key=trial["queue"], no_declare=True),
        # What a worker consumes from before it is asked for the tasks of the trial.
        Queue(f"{trial['queue']}.idle.{os.getpid()}", Exchange(""), durable=False, auto_delete=True),
    ]
    app.conf.update(
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        task_queues=queues,
        task_default_queue=trial["queue"],
        task_default_exchange="",
        task_default_routing_key=trial["queue"],
        broker_transport_options={"confirm_publish": confirm},
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
    )
    return app


class Producer:
    """Celery cannot have several adds on their way: with confirms it waits for each."""

    def __init__(self, trial, confirms):
        self.queue = trial["queue"]
        self.app = make_app(trial, confirms)
        # A producer sends none while it waits for the next round, and the broker would hang up.
        self.app.conf.broker_heartbeat = 0

        @self.app.task(name="bench.task")
        def handle(_task):
            """A worker has its own."""

        self.task = handle
        with self.pooled() as producer:
            producer.connection.ensure_connection(max_retries=1)

    def pooled(self):
        """One of those that `apply_async` takes as well."""
        return self.app.producer_pool.acquire(block=True)

    def add(self, payload):
        self.task.apply_async((payload,))

    def settle(self):
        # On the channel of the adds.
        with self.pooled() as producer:
            producer.channel.queue_declare(self.queue, passive=True)

    def close(self):
        self.app.close()


kinds = producers(Producer)

if driver.trial["kind"] in kinds:
    driver.serve(kinds)
else:
    Worker(make_app(driver.trial, confirm=False), driver).run()
