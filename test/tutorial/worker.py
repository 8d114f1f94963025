#!/usr/bin/env python3
"""The worker of the RabbitMQ tutorial's second part ("Work queues"), as a foreign program sees our queue.

Usage: worker.py     AMQP_URL names the broker; default: amqp://guest:guest@localhost:5672
Each dot of a message is a second of work; the acknowledgement follows the work. SIGINT (CTRL+C) ends it.
"""

import os
import sys
import time

import pika


def callback(channel, method, _properties, body):
    print(f" [x] Received '{body.decode()}'", flush=True)
    time.sleep(body.count(b'.'))
    print(' [x] Done', flush=True)
    channel.basic_ack(delivery_tag=method.delivery_tag)


def main():
    parameters = pika.URLParameters(os.environ.get('AMQP_URL', 'amqp://guest:guest@localhost:5672/'))
    channel = pika.BlockingConnection(parameters).channel()

    channel.queue_declare(queue='task_queue', durable=True)
    print(' [*] Waiting for messages. To exit press CTRL+C', flush=True)

    channel.basic_qos(prefetch_count=1)
    channel.basic_consume(queue='task_queue', on_message_callback=callback)
    channel.start_consuming()


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
