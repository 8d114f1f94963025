#!/usr/bin/env python3
"""The producer of the RabbitMQ tutorial's second part ("Work queues"), as a foreign program sees our queue.

Usage: new_task.py [words ...]     AMQP_URL names the broker; default: amqp://guest:guest@localhost:5672
"""

import os
import sys

import pika

parameters = pika.URLParameters(os.environ.get('AMQP_URL', 'amqp://guest:guest@localhost:5672/'))
connection = pika.BlockingConnection(parameters)
channel = connection.channel()

channel.queue_declare(queue='task_queue', durable=True)

message = ' '.join(sys.argv[1:]) or 'Hello World!'
channel.basic_publish(
    exchange='',
    routing_key='task_queue',
    body=message,
    properties=pika.BasicProperties(delivery_mode=2),  # persistent
)
print(f" [x] Sent '{message}'", flush=True)
connection.close()
