"""An emulator of the Google Sheets API v4 (and of the little of Drive that sheets need) for one machine.

Floors, an arrow only goes down: server > api and local doors > values, changes, drive, render >
workbook > a1. Nothing here is imported by the functions: they reach it over HTTP, through
unmodified gspread and google-auth.
"""
