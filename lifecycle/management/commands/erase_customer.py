"""``manage.py erase_customer EXTERNAL_ID --by USERNAME``: erases who a customer is, for good."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lifecycle.engine.erasing import ErasingNow, erase_customer
from lifecycle.management.arguments import user_called
from lifecycle.models import Customer, name_once_erased


class Command(BaseCommand):
    help = (
        "Erase who a customer is, on all floors: what runs for it ends, and name, addresses, traits, texts, notes and "
        "the properties of its events go. Moves, counts and amounts stay, of nobody. It cannot be taken back; done "
        "again, it erases what has come since."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("external_id", metavar="EXTERNAL_ID")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who answers for it")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, external_id: str, by: str, yes: bool, **options: Any) -> None:
        user = user_called(by)
        names = () if "\x00" in external_id else (external_id, name_once_erased(external_id))
        customer = Customer.objects.filter(external_id__in=names).first()
        if customer is None:
            raise CommandError(f"There is no customer {external_id!r}.")
        if not yes and input(f"Erase {customer} for good? Type yes: ").strip().lower() != "yes":
            raise CommandError("Nothing was erased.")
        try:
            is_news = erase_customer(customer=customer, by=user, now=timezone.now())
        except ErasingNow as error:
            raise CommandError(str(error)) from error
        again = "" if is_news else " once more: it had been erased before"
        self.stdout.write(f"Customer {customer.pk} is erased{again}.")
