"""Sends tasks as Celery's clients do: a JSON list, each with its name and what `send_task` takes."""

import json
import os
import sys

from celery import Celery

app = Celery("client", broker=os.environ["AMQP_URL"])
app.conf.broker_transport_options = {"confirm_publish": True}

for sending in json.loads(sys.argv[1]):
    print(app.send_task(**sending).id)
