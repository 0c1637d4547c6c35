"""Who is in the campaign of the kill bench, and what becomes of uncertain mails at its end.

``python -m tests.campaigns.kill.world build STEPS SECONDS`` or ``… reconcile MAILS``.
"""

import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from campaigns.engine.receipts import Told, take_receipts  # noqa: E402
from campaigns.engine.resolve import send_again  # noqa: E402
from campaigns.models import Delivery, DeliveryState, Enrollment, ReceiptKind, StepRun  # noqa: E402
from campaigns.queries.clock import database_now  # noqa: E402
from lifecycle.models import Customer  # noqa: E402
from tests.campaigns.posting import campaign  # noqa: E402
from tests.factories.campaigns import MessageTemplateFactory, TemplateTextFactory  # noqa: E402
from tests.factories.customers import CustomerFactory  # noqa: E402

STEPS = ("first", "second")
# The transaction of each intent: its commit can be compared with that of an opt-out.
NOTE_INTENTS = """
CREATE TABLE kill_intent (delivery bigint, customer bigint, xid xid);
CREATE FUNCTION kill_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kill_intent VALUES (NEW.id, NEW.customer_id, pg_current_xact_id()::xid);
    RETURN NULL;
END $$;
CREATE TRIGGER kill_insert AFTER INSERT ON campaigns_delivery
    FOR EACH ROW WHEN (NEW.state = 'sending') EXECUTE FUNCTION kill_note();
CREATE TRIGGER kill_update AFTER UPDATE ON campaigns_delivery
    FOR EACH ROW WHEN (NEW.state = 'sending' AND OLD.state <> 'sending') EXECUTE FUNCTION kill_note();
"""


def build(steps: int, seconds: float) -> None:
    """Customers with two mails each; the first ones become due one after the other within some seconds."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_INTENTS)
    TemplateTextFactory(template=MessageTemplateFactory(key="hello"))
    version = campaign(steps=[{"key": key, "kind": "email", "template": "hello"} for key in STEPS])
    now, number = database_now(), steps // len(STEPS)
    customers = Customer.objects.bulk_create(
        CustomerFactory.build(external_id=f"c{n}", name=f"Customer {n}", email=f"c{n}@example.com")
        for n in range(number)
    )
    entered = Enrollment.objects.bulk_create(
        Enrollment(campaign=version.campaign, version=version, customer=one, occasion="once", entered_at=now)
        for one in customers
    )
    StepRun.objects.bulk_create(
        StepRun(enrollment=one, campaign=version.campaign, customer_id=one.customer_id, step=STEPS[0], kind="email",
                due_at=now + n * timedelta(seconds=seconds / number))
        for n, one in enumerate(entered)
    )  # fmt: skip


def reconcile(mails: Path) -> None:
    """The server tells what it has; what it has not is sent again by a person."""
    taken = {UUID(line.split()[1]) for line in mails.read_text().splitlines()}
    person, _ = get_user_model().objects.get_or_create(username="person")
    now = database_now()
    uncertain = list(Delivery.objects.filter(state=DeliveryState.UNCERTAIN).order_by("id"))
    receipts = [Told("smtp", str(row.message_id), ReceiptKind.ACCEPTED, now, row.message_id)
                for row in uncertain if row.message_id in taken]  # fmt: skip
    take_receipts(receipts=receipts, now=now)
    for row in uncertain:
        if row.message_id not in taken:
            send_again(delivery=row, by=person, now=now)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", steps, seconds]:
            build(int(steps), float(seconds))
        case ["reconcile", mails]:
            reconcile(Path(mails))
