"""Zapis: registration for visits, decided by the order of rows in a sheet.

The floors, top to bottom: `app` (builds real parts) > `site`, `publish`, `mail` (which do not know each
other) > `ledger` (journal, people, outbox; the committer) > `sheets` (the one door to gspread) > `core`
(pure, of the standard library and msgspec's Struct). An arrow only goes down; tests/test_floors.py holds it.
"""
