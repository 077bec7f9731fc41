"""Removes the photo of a customer, and puts it back."""

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QObject

from api_client.management import ManagementClient
from api_client.messages.management import CustomerProfile
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.photo import photo_etag
from kiosk.staff.worker import Task


@dataclass(frozen=True)
class Removed:
    """A photo that was removed: whose, and its bytes."""

    customer_id: UUID
    data: bytes


class PhotoRemoval(QObject):
    """Loads a photo before it is removed, so that it can be stored again."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.parent)
        self._context = context
        self._removed: Removed | None = None

    def can_put_back(self, profile: CustomerProfile) -> bool:
        """Return whether the photo of this customer was removed here, and there is none since."""
        removed = self._removed
        whose = removed is not None and removed.customer_id == profile.customer.id
        return whose and profile.customer.photo_path is None

    def forget(self) -> None:
        """Forget the photo that was removed."""
        self._removed = None

    def remove(self, profile: CustomerProfile) -> None:
        """Remove the photo that is shown."""
        customer, path = profile.customer, profile.customer.photo_path
        if path is None:
            return

        def call(client: ManagementClient, _once: str) -> Removed:
            data = client.photo(path)
            client.remove_photo(customer.id, if_match=photo_etag(path))
            return Removed(customer.id, data)

        self._context.send(Task("remove_photo", call, self._handle_removed))

    def put_back(self) -> None:
        """Store the removed photo again, unless there is another one by now."""
        removed = self._removed
        if removed is None:
            return

        def call(client: ManagementClient, _once: str) -> None:
            client.store_photo(removed.customer_id, removed.data, if_match=photo_etag(None))

        self._context.send(Task("put_photo_back", call, self._handle_back))

    def _handle_removed(self, removed: Removed) -> None:
        self._removed = removed
        self._context.navigation.reload()

    def _handle_back(self, _nothing: None) -> None:
        self._removed = None
        self._context.navigation.reload()
