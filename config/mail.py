"""By which way letters leave."""

# Modules of django-anymail's backends.
MAIL_PROVIDERS = (
    "amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark", "resend",
    "sendgrid", "sparkpost", "unisender_go",
)  # fmt: skip


def mail_backend(provider: str, host: str) -> str:
    """The mail backend for a provider or, without one, for a server; without both, files under TENURE_HOME."""
    if provider == "mailbox" or not (provider or host):
        return "campaigns.channels.mailbox.EmailBackend"
    return f"anymail.backends.{provider}.EmailBackend" if provider else "campaigns.channels.smtp.EmailBackend"
