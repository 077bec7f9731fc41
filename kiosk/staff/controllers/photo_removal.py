"""Removes the photo of a customer, and puts it back at a press."""

from PySide6.QtCore import QObject

from api_client.management import ManagementClient
from api_client.messages.management import CustomerProfile
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.photo import photo_etag
from kiosk.staff.undo import Undo
from kiosk.staff.worker import Task


class PhotoRemoval(QObject):
    """Loads a photo before it is removed, so that it can be stored again."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.parent)
        self._context = context

    def remove(self, profile: CustomerProfile) -> None:
        """Remove the photo that is shown, and offer to put it back."""
        customer, path = profile.customer, profile.customer.photo_path
        if path is None:
            return
        say = self._context.texts.say

        def call(client: ManagementClient, _once: str) -> bytes:
            data = client.photo(path)
            client.remove_photo(customer.id, if_match=photo_etag(path))
            return data

        def removed(data: bytes) -> None:
            def put_back(client: ManagementClient, _once: str) -> None:
                # Refused if there is another photo by now.
                client.store_photo(customer.id, data, if_match=photo_etag(None))

            done = say("Photo of {name} removed.", name=customer.name)
            self._context.changes.tell(Undo(done, put_back, say("The photo is back.")))
            self._context.navigation.reload()

        self._context.send(Task("remove_photo", call, removed))
