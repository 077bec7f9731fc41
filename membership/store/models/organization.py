"""The organization that every other row belongs to."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from membership.store.base_model import Base


class Organization(Base):
    """A club. ``next_customer_number`` is the human number that the next customer gets.

    ``code_formats`` are what its cameras look for, None for the default.
    ``all_take_seats``: banned and inactive customers keep their seat of a company.
    ``numbers_prove``: a scanned number, customer id or install link counts like a card.
    ``address``, ``tax_number`` and ``tax_millipercent`` are for receipts; the last is the rate of
    plans without one of their own, in thousandths of a percent, None for no tax.
    """

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    country: Mapped[str | None] = mapped_column(String(2))
    demo: Mapped[bool] = mapped_column(default=False)
    expires_soon_days: Mapped[int] = mapped_column(Integer, default=14)
    code_formats: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    numbers_prove: Mapped[bool] = mapped_column(default=False)
    all_take_seats: Mapped[bool] = mapped_column(default=False)
    second_factor_demanded: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(500), default="")
    tax_number: Mapped[str] = mapped_column(String(60), default="")
    tax_millipercent: Mapped[int | None] = mapped_column(Integer)
    next_customer_number: Mapped[int] = mapped_column(BigInteger, default=1)
    created_at: Mapped[datetime]
