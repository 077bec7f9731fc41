"""Routes of the images of designs."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api_client.messages.cards import StoredImage
from membership.base.scopes import Scope
from membership.wallet.designs import images
from membership.web.access import Call, allows, reads, writes
from membership.web.errors import Invalid
from membership.web.etag import etag_matches
from membership.web.file_answers import file_answer
from passes.design import ImageRole
from passes.errors import ImageError
from passes.images import Picture, fit_picture

router = APIRouter(prefix="/v1/card-designs/images", tags=["Card designs"])

_IMAGE: dict[int | str, dict[str, Any]] = {
    **file_answer("The picture.", "image/png"),
    304: {"description": "What the caller has is the picture."},
}
_FOR_GOOD = "private, max-age=31536000, immutable"


async def _fitted(
    request: Request,
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    role: Annotated[ImageRole, Query(description="What the picture is for.", examples=["logo"])],
    _allowed: Annotated[None, allows(Scope.DESIGNS_WRITE)],
) -> Picture:
    """Return the image in the body, resized outside a transaction. Raises Busy, Invalid."""
    async with request.app.state.concurrency.image():
        try:
            return await run_in_threadpool(fit_picture, data, role)
        except ImageError as error:
            raise Invalid("image_invalid", "body", error.message) from error


@router.post("", status_code=201)
def store_image(
    picture: Annotated[Picture, Depends(_fitted)],
    call: Annotated[Call, writes(Scope.DESIGNS_WRITE)],
) -> StoredImage:
    """Store an image for designs: the body is the image itself, a PNG, JPEG, WebP or GIF.

    It is resized for its role, which names it in designs: an icon to 87 x 87 pixels, a logo to at
    most 480 x 150, a strip to 1125 x 432 (cropped at the sides), a thumbnail to at most 270 x 270.
    Of a GIF the first frame is used.

    Errors: `body_too_large` (413), `image_invalid` (422: SVG, images for print, broken ones, too
    small or too many pixels).
    """
    images.store_image(call.session, call.tenant, picture, call.now)
    return StoredImage(tag=picture.tag, width=picture.width, height=picture.height)


@router.get("/{tag}", response_class=Response, responses=_IMAGE)
def get_image(
    tag: Annotated[
        str,
        Path(
            pattern=r"^[0-9a-f]{64}$",
            description="The picture's tag, as returned when it was stored.",
            examples=["9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015"],
        ),
    ],
    call: Annotated[Call, reads(Scope.CARDS_READ)],
    if_none_match: Annotated[
        str | None, Header(description="The ETag of the picture that the caller has.")
    ] = None,
) -> Response:
    """Return an image (PNG). It may be cached without expiry: another image has another tag.

    Errors: `image_not_found` (404).
    """
    data = images.get_image(call.session, call.tenant, tag)
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": _FOR_GOOD,
        "X-Content-Type-Options": "nosniff",
    }
    if etag_matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/png", headers=headers)
