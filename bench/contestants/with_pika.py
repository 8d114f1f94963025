"""pika on its BlockingConnection, which is what the RabbitMQ tutorial uses and most programs with pika."""

import json

import pika

from line_protocol import Driver, Prepared
from producing import producers
from tally import Tally


def connect(trial):
    parameters = pika.URLParameters(trial["broker"]["amqp"])
    # A BlockingConnection sends none while it waits for the next round, and the broker would hang up.
    parameters.heartbeat = 0
    return pika.BlockingConnection(parameters)


class Producer:
    """With confirms a publish of the BlockingConnection returns when its confirm is there: one by one is all it can."""

    def __init__(self, trial, confirms):
        self.queue = trial["queue"]
        self.connection = connect(trial)
        self.channel = self.connection.channel()
        if confirms:
            self.channel.confirm_delivery()

    def add(self, payload):
        if isinstance(payload, str):
            self.publish(payload, "text/plain")
        else:
            self.publish(json.dumps(payload), "application/json")

    def publish(self, body, content_type):
        properties = pika.BasicProperties(delivery_mode=2, content_type=content_type)
        self.channel.basic_publish("", self.queue, body, properties, mandatory=True)

    def settle(self):
        self.channel.queue_declare(self.queue, passive=True)

    def close(self):
        # Waits for the broker, which has by then taken all that was sent to it.
        self.connection.close()


class Handling(Prepared):
    """A callback that handles and then acknowledges, with prefetch as concurrency: pika has no other."""

    def __init__(self, trial, tell):
        self.trial = trial
        self.connection = connect(trial)
        self.channel = self.connection.channel()
        self.figures = {}
        self.tally = Tally(trial, tell, self.figures.update)
        self.is_text = trial["kind"] == "handle"
        self.channel.basic_qos(prefetch_count=trial.get("concurrency", 1))

    def run(self):
        self.channel.basic_consume(self.trial["queue"], self.on_message)
        self.channel.start_consuming()
        return self.figures

    def on_message(self, channel, method, _properties, body):
        is_last = self.tally.handle(body if self.is_text else json.loads(body))
        channel.basic_ack(method.delivery_tag)
        if is_last:
            channel.stop_consuming()

    def stop(self):
        super().stop()
        self.connection.add_callback_threadsafe(self.channel.stop_consuming)

    def close(self):
        self.connection.close()


Driver().serve({**producers(Producer), "handle": Handling, "handle-timed": Handling})
