"""Customers say no while mails go out, each by the one click of its mail.

``python -m tests.campaigns.kill.optouts NUMBER SECONDS SEED``
"""

import random
import sys
import time
from urllib.parse import urlsplit
from uuid import uuid4

import django

django.setup()

from django.db import Error, connection  # noqa: E402
from django.test import Client  # noqa: E402

from campaigns.engine.links import links_for  # noqa: E402
from lifecycle.models import Customer  # noqa: E402


def say_no(customer: int) -> bool:
    """Whether the answer was yes: then it is in force."""
    link = urlsplit(links_for(customer=customer, topic="tips", message_id=uuid4())["unsubscribe_url"])
    try:
        return Client().post(link.path, headers={"host": "localhost"}).status_code == 200
    except Error as error:
        print("no database:", error, flush=True)
        connection.close()
        return False


number, seconds, seed = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
everybody = list(Customer.objects.order_by("id").values_list("id", flat=True))
for one in random.Random(seed).sample(everybody, number):
    while not say_no(one):
        time.sleep(0.1)
    time.sleep(seconds / number)
