"""pika on its BlockingConnection, which is what the RabbitMQ tutorial uses and most programs with pika."""

import json

import pika

from line_protocol import Driver, Prepared, Stopwatch, evenly, now, total
from tally import Tally


class OnPika(Prepared):
    def __init__(self, job):
        self.job = job
        parameters = pika.URLParameters(job["broker"]["amqp"])
        # A BlockingConnection sends none while it waits for the next round, and the broker would hang up.
        parameters.heartbeat = 0
        self.connection = pika.BlockingConnection(parameters)
        self.channel = self.connection.channel()

    def publish(self, body, content_type):
        properties = pika.BasicProperties(delivery_mode=2, content_type=content_type)
        self.channel.basic_publish("", self.job["queue"], body, properties, mandatory=True)

    def close(self):
        # Waits for the broker, which has by then taken all that was sent to it.
        self.connection.close()


class Adding(OnPika):
    """With confirms a publish of the BlockingConnection returns when its confirm is there: one by one is all it can."""

    is_repeatable = True

    def __init__(self, job, _tell):
        super().__init__(job)
        self.channel.confirm_delivery()
        self.text = b"x" * job["size"]
        for _ in range(job.get("warmUp", 0)):
            self.publish(self.text, "text/plain")

    def run(self):
        watch = Stopwatch()
        for _ in evenly(self.job["count"], 0, lambda: self.is_stopped):
            self.publish(self.text, "text/plain")
        return watch.figures()


class Sending(OnPika):
    def __init__(self, job, _tell):
        super().__init__(job)
        self.channel.confirm_delivery()

    def run(self):
        watch = Stopwatch()
        for _ in evenly(total(self.job), self.job.get("rate", 0), lambda: self.is_stopped):
            self.publish(json.dumps({"at": now()}), "application/json")
        return watch.figures()


class Filling(OnPika):
    """Without confirms, but for one in the end: a queue that is asked after all of them has them."""

    is_repeatable = True

    def __init__(self, job, _tell):
        super().__init__(job)
        texts = ["x" * job.get("size", 0)] * total(job)
        self.bodies = [json.dumps(task) for task in job["tasks"]] if "tasks" in job else texts

    def run(self):
        watch = Stopwatch()
        for index in evenly(len(self.bodies), 0, lambda: self.is_stopped):
            self.publish(self.bodies[index], "application/json" if "tasks" in self.job else "text/plain")
        self.channel.queue_declare(self.job["queue"], passive=True)
        return watch.figures()


class Handling(OnPika):
    """A callback that handles and then acknowledges, with prefetch as concurrency: pika has no other."""

    def __init__(self, job, tell):
        super().__init__(job)
        self.figures = {}
        self.tally = Tally(job, tell, self.figures.update)
        self.is_text = job["kind"] == "handle"
        self.channel.basic_qos(prefetch_count=job.get("concurrency", 1))

    def run(self):
        self.channel.basic_consume(self.job["queue"], self.on_message)
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


Driver().serve(
    {
        "add": Adding,
        "send": Sending,
        "fill": Filling,
        "handle": Handling,
        "receive": Handling,
    }
)
