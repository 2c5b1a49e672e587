"""QR codes: as drawings that stand inside a page (no request, no script, sharp in print), as pictures for mails."""

from __future__ import annotations

from io import BytesIO

DOTS = 4
"""Pixels of a picture to each side of a module: sharp on a phone that shows it at half that size."""
MASK = 5
"""Trying all eight takes longer than writing the rest of a letter; signed tokens look random under any."""


def drawing(text: str) -> str:
    """An inline SVG of the code, with the quiet zone that readers need. Dark on light must be seen to by the page."""
    import segno

    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None))


def picture(text: str) -> bytes:
    """A PNG of the code: black on white with its quiet zone, whatever the scheme of the page around it."""
    import segno

    png = BytesIO()
    segno.make(text, error="m", micro=False, mask=MASK).save(png, kind="png", scale=DOTS, border=4)
    return png.getvalue()
