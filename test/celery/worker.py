"""A Celery worker with one task. It says on standard output when it consumes, what it was called with, and when."""

import json
import os
import sys
import time

from celery import Celery
from celery.signals import worker_ready

app = Celery("worker", broker=os.environ["AMQP_URL"])
app.conf.update(task_default_queue=sys.argv[1], worker_redirect_stdouts=False, worker_hijack_root_logger=False)


@app.task(name="proj.add", bind=True)
def add(self, *args, **kwargs):
    request = self.request
    times = {"retries": request.retries, "expires": request.expires and str(request.expires), "at": time.time() * 1000}
    print(json.dumps({"id": request.id, "args": args, "kwargs": kwargs, **times}), flush=True)
    if args == ("once more",) and request.retries == 0:
        raise self.retry(countdown=0)


@worker_ready.connect
def on_ready(**_):
    print("ready", flush=True)


app.Worker(pool="solo", loglevel="WARNING", without_gossip=True, without_mingle=True).start()
