"""The API under ``/api/v1/customer-success/`` (spec 3)."""
