"""The workbooks as a person meets them in a browser, where Google has docs.google.com.

pages()  the list of files, one file as a grid, and its download
DOORS    what the grid asks for and does; the same table that routes.py keeps for the other doors
"""

from local.sheets.page.doors import DOORS
from local.sheets.page.pages import pages

__all__ = ["DOORS", "pages"]
