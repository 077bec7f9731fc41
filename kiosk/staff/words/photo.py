"""Sentences about photos of customers. Pure."""

from kiosk.staff.photo_file import LEAST_SIDE, Fault
from kiosk.texts import Texts


def fault_words(fault: Fault, texts: Texts) -> str:
    """Return why a file is no photo, and what helps."""
    say = texts.say
    match fault:
        case Fault.OTHER_KIND:
            return say("This is no picture that can be used. Choose a JPEG, PNG or WebP file.")
        case Fault.HEIC:
            return say(
                "Photos in the HEIC or AVIF format cannot be read. Save it as JPEG, or take the "
                "photo here."
            )
        case Fault.BROKEN:
            return say("This picture is damaged or incomplete. Choose another one.")
        case Fault.TOO_LARGE:
            return say("This picture has more than 64 megapixels. Choose a smaller one.")
        case Fault.TOO_SMALL:
            return say(
                "This picture is too small: a photo needs {least} pixels a side.", least=LEAST_SIDE
            )


def no_camera(texts: Texts) -> str:
    """Return what staff can do without a picture of the camera."""
    return texts.say("No picture from the camera. Choose a file instead.")


def camera_stopped(texts: Texts) -> str:
    """Return that the camera sent no picture after the button was pressed."""
    return texts.say("The camera has sent no picture. Try again, or choose a file.")


def stored_meanwhile(texts: Texts) -> str:
    """Return that there is another photo than the one that is replaced."""
    return texts.say("Somebody else has changed the photo meanwhile. Press again to replace it.")
