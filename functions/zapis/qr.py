"""QR codes as drawings that stand inside a page: no request, no script, sharp at any size and in print."""

from __future__ import annotations


def drawing(text: str) -> str:
    """An inline SVG of the code, with the quiet zone that readers need. Dark on light must be seen to by the page."""
    import segno

    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None))
