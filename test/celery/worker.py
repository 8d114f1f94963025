"""A Celery worker with one task. It says on standard output when it consumes, and what it was called with."""

import json
import os
import sys

from celery import Celery
from celery.signals import worker_ready

app = Celery("worker", broker=os.environ["AMQP_URL"])
app.conf.update(task_default_queue=sys.argv[1], worker_redirect_stdouts=False, worker_hijack_root_logger=False)


@app.task(name="proj.add", bind=True)
def add(self, *args, **kwargs):
    said = {"id": self.request.id, "args": args, "kwargs": kwargs}
    print(json.dumps(said), flush=True)


@worker_ready.connect
def on_ready(**_):
    print("ready", flush=True)


app.Worker(pool="solo", loglevel="WARNING", without_gossip=True, without_mingle=True).start()
