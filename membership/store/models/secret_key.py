"""Which secret key belongs to the database."""

from datetime import datetime

from sqlalchemy import Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from membership.store.base_model import Base


class SecretKeyCheck(Base):
    """The check value: a known text, encrypted with the secret key. There is one row, of id 1."""

    __tablename__ = "secret_key_checks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
