"""Why a backup cannot be made, read or restored.

BackupError
├── BackupDamaged      the file is not whole, or is no backup
├── BackupTooNew       it was written by a newer version
├── NotRestorable      the place to restore into is not empty, or has another key
└── NothingToBackUp    there is no database, or not one of this version
"""


class BackupError(Exception):
    """Base of the reasons; the text is a sentence for whoever runs the command."""


class BackupDamaged(BackupError):
    """The file is truncated, altered, or no backup of this program."""


class BackupTooNew(BackupError):
    """The file was written by a newer version of this program."""


class NotRestorable(BackupError):
    """The database is not empty, or the data folder has a key of its own."""


class NothingToBackUp(BackupError):
    """There is no database, or its schema is not that of this version."""
