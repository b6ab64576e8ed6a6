"""How often something that could be guessed was tried, counted in the database and so for every process of the site."""

from hashlib import sha256

from sqlalchemy import BigInteger, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from grants.kernel.clock import now
from grants.persistence.base import Base
from grants.persistence.session import db, unit_of_work

# One statement on both engines, so that two who count at once are both counted.
_COUNT = text(
    """
    INSERT INTO tries (key, count, until) VALUES (:key, :amount, :until)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN tries.until <= :now THEN :amount ELSE tries.count + :amount END,
        until = CASE WHEN tries.until <= :now THEN :until ELSE tries.until END
    RETURNING count
    """
)


class Tries(Base):
    """Tries of one kind by one visitor, within a window that begins with the first.

    key     the SHA-256 of what and who, so that no address is kept
    until   the end of the window, in seconds since 1970; from then on the row says nothing
    """

    __tablename__ = "tries"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    count: Mapped[int]
    until: Mapped[int] = mapped_column(BigInteger, index=True)


def count_try(key: str, seconds: int, amount: int = 1) -> int:
    """Count a try, and how many there were in its window of so many seconds, this one included."""
    at = int(now().timestamp())
    values = {"key": _hidden(key), "amount": amount, "now": at, "until": at + seconds}
    with db.engine.begin() as connection:  # beside the request's own transaction, which may be given up
        return int(connection.execute(_COUNT, values).scalar_one())


def tries(key: str) -> tuple[int, int]:
    """How many tries there were in the present window, and when it ends, in seconds since 1970."""
    at = int(now().timestamp())
    with db.engine.connect() as connection:
        found = connection.execute(
            select(Tries.count, Tries.until).where(Tries.key == _hidden(key), Tries.until > at)
        ).first()
    return (found.count, found.until) if found else (0, at)  # type: ignore[return-value]


def forget_tries(key: str | None = None) -> None:
    """Forget one visitor's tries, or everybody's."""
    with db.engine.begin() as connection:
        connection.execute(delete(Tries) if key is None else delete(Tries).where(Tries.key == _hidden(key)))


def forget_past_tries() -> None:
    """Remove what no longer counts."""
    with unit_of_work() as session:
        session.execute(delete(Tries).where(Tries.until <= int(now().timestamp())))


def _hidden(key: str) -> str:
    return sha256(key.encode()).hexdigest()
