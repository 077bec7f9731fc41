"""What validators of requests raise where a code says more than that the value is wrong."""


class FieldError(ValueError):
    """A value that a validator refuses, with a stable ``code``.

    ``field`` is the field below the place of the validator: that of a model as a whole names the
    field at which a caller corrects it.
    """

    def __init__(self, message: str, code: str, field: str = "") -> None:
        super().__init__(message)
        self.code, self.field = code, field
