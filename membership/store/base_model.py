"""Declarative base of all tables: column types by Python type, keys, names of constraints."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Enum, ForeignKey, ForeignKeyConstraint, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

from api_client.messages.management import IntervalUnit
from api_client.messages.scan import CustomerState, NamedBy, Outcome, ScanMethod
from membership.store.database import UtcDateTime


def choice(values: type[StrEnum], length: int = 20) -> Enum:
    """Return the column type of an enumeration, stored by value as text of at most ``length``."""
    return Enum(
        values,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Base of all tables: naming convention of constraints, and column types by Python type."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: UtcDateTime(),
        date: Date(),
        UUID: Uuid(),
        IntervalUnit: choice(IntervalUnit),
        CustomerState: choice(CustomerState),
        NamedBy: choice(NamedBy),
        Outcome: choice(Outcome),
        ScanMethod: choice(ScanMethod),
    }


def of_organization() -> Any:
    """Return the column ``organization_id``, the first part of a primary key."""
    return mapped_column(ForeignKey("organizations.id"), primary_key=True, autoincrement=False)


def refers(table: str, column: str, name: str | None = None) -> ForeignKeyConstraint:
    """Return a composite foreign key to a row of the same organization."""
    return ForeignKeyConstraint(
        ["organization_id", column], [f"{table}.organization_id", f"{table}.id"], name=name
    )
