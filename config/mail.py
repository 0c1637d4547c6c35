"""By which way letters leave."""

# Modules of django-anymail's backends.
MAIL_PROVIDERS = (
    "amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark", "resend",
    "sendgrid", "sparkpost", "unisender_go",
)  # fmt: skip


def mail_backend(provider: str, host: str) -> str:
    """The mail backend for a provider or, without one, for a server; without both, the log."""
    if provider == "mailbox":
        return "campaigns.channels.mailbox.EmailBackend"
    if provider:
        return f"anymail.backends.{provider}.EmailBackend"
    return "campaigns.channels.smtp.EmailBackend" if host else "django.core.mail.backends.console.EmailBackend"
