"""The table of all pages that are drawn. A new page is a line in its part of the table."""

from tools.screenshots import club_pages, desk_pages, list_pages, people_pages, today_pages
from tools.screenshots.shots import Shots

PAGES: tuple[Shots, ...] = (
    *desk_pages.PAGES,
    *today_pages.PAGES,
    *people_pages.PAGES,
    *list_pages.PAGES,
    *club_pages.PAGES,
)


def chosen(names: tuple[str, ...]) -> list[Shots]:
    """Return the pages of these names; all, without one. Raises LookupError for an unknown one."""
    unknown = set(names) - {page.name for page in PAGES}
    if unknown:
        known = ", ".join(page.name for page in PAGES)
        raise LookupError(f"no page {', '.join(sorted(unknown))}; there is: {known}")
    return [page for page in PAGES if not names or page.name in names]
