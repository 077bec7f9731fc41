"""Errors of backups.

BackupError
├── BackupDamaged      the file is truncated, altered, or no backup
├── BackupTooNew       it was written by a newer version
├── NotRestorable      the target is not empty, or has another key
└── NothingToBackUp    there is no database, or not one of this version
"""


class BackupError(Exception):
    """Base class; the message is a sentence for the user of the command."""


class BackupDamaged(BackupError):
    """The file is truncated, altered, or no backup of this program."""


class BackupTooNew(BackupError):
    """The file was written by a newer version of this program."""


class NotRestorable(BackupError):
    """The database is not empty, or the data folder has a key of its own."""


class NothingToBackUp(BackupError):
    """There is no database, or its schema is not that of this version."""
