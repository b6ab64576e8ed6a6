"""What can be set from outside. This is the one list: `grants config` prints it, and README.md repeats it, which a test
compares.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, its default as it would be written, and what it means, in one sentence."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting(
        "ENVIRONMENT",
        "production",
        "`production`, `development`, `demo` or `test`. The first and the third insist on a secret of your own.",
    ),
    Setting(
        "SECRET_KEY",
        "",
        "Signs sessions and links; at least 32 random characters. `make run` writes one to `instance/.env`.",
    ),
    Setting(
        "DATABASE_URL",
        "sqlite:///instance/harbormaster.sqlite3",
        "Embedded SQLite, or `postgresql://user:password@host/database`.",
    ),
    Setting(
        "FILES_URL",
        "file://instance/files",
        "Where uploads and letters are kept: a folder, or `s3://bucket` beyond one machine.",
    ),
    Setting(
        "SMTP_URL",
        "",
        "Mail server: `smtp://user:password@host:587` or `smtps://…:465`. Without one, mail stays in the outbox.",
    ),
    Setting("MAIL_FROM", "Harbormaster <grants@localhost>", "The sender of all mail."),
    Setting("HOST", "127.0.0.1", "The address the server listens on."),
    Setting("PORT", "8000", "The port the server listens on."),
    Setting(
        "BASE_URL",
        "http://127.0.0.1:PORT",
        "The address people use, as it stands in mail and letters; `https://` makes cookies secure.",
    ),
    Setting(
        "TRUSTED_PROXIES",
        "0",
        "How many reverse proxies stand in front, each of which sets `X-Forwarded-For` and `X-Forwarded-Proto`; with "
        "`0` nobody’s word for an address is taken, and all who come through a proxy share its limits.",
    ),
    Setting("WEB_WORKERS", "2", "Processes that answer requests."),
    Setting("WEB_THREADS", "4", "Threads in each of them."),
    Setting("SESSION_HOURS", "12", "Hours until one has to sign in again."),
    Setting("MAX_UPLOAD_MB", "20", "The largest upload, in megabytes."),
    Setting("LOG_LEVEL", "INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`."),
    Setting("CLOCK_OFFSET_SECONDS", "0", "Moves the clock of the demonstration; refused everywhere else."),
    Setting(
        "HARBORMASTER_ENV_FILE",
        "instance/.env",
        "The file these are read from; a variable that is set in the environment wins.",
    ),
    Setting(
        "ADMIN_EMAIL",
        "",
        "With `ADMIN_NAME` and `ADMIN_PASSWORD`: the first administrator, made by `make run` without a prompt.",
    ),
    Setting("ADMIN_NAME", "", "See `ADMIN_EMAIL`."),
    Setting("ADMIN_PASSWORD", "", "See `ADMIN_EMAIL`."),
)


def settings_table() -> str:
    """All settings as a Markdown table, as README.md shows it."""
    rows = [f"| `{s.name}` | {f'`{s.default}`' if s.default else '–'} | {s.help} |" for s in SETTINGS]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
