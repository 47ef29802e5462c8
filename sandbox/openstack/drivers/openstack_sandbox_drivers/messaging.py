"""RabbitMQ for oslo.messaging, with replies that are seen at once.

A caller looks for the reply of an RPC call every 0.5 s since 2024 (oslo_messaging/_drivers/amqpdriver.py, ReplyWaiters.get,
LP 2035113), and no option changes that. nova-compute makes some forty calls for one server, so that on two cores a boot would
take 20 s in which nothing happens. Here the caller looks every 5 ms; the rest is the stock driver, loaded by the scheme
``prompt-rabbit`` of ``transport_url`` through the entry points that oslo.messaging has for drivers.
"""

import queue
import time

import oslo_messaging
from oslo_messaging._drivers import amqpdriver, impl_rabbit

POLL_SECONDS = 0.005


class PromptReplyWaiters(amqpdriver.ReplyWaiters):
    def get(self, msg_id, timeout):
        deadline = None if timeout is None else time.monotonic() + timeout
        while deadline is None or time.monotonic() < deadline:
            try:
                return self._queues[msg_id].get(block=False)
            except queue.Empty:
                time.sleep(POLL_SECONDS)
        raise oslo_messaging.MessagingTimeout(f"Timed out waiting for a reply to message ID {msg_id}")


amqpdriver.ReplyWaiters = PromptReplyWaiters


class PromptRabbitDriver(impl_rabbit.RabbitDriver):
    def __init__(self, conf, url, *args, **kwargs):
        # Connections are opened by the scheme's name.
        url.transport = "rabbit"
        super().__init__(conf, url, *args, **kwargs)
