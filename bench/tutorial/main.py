"""The function that tutorials teach: look how many seats there are, count the rows, append one, send a mail.

Written as a careful person would: one client for the process, the worksheets looked up once, gspread's own client
that waits and tries again when Google says 429, a mail only after the row is there. Nothing is made worse
than it has to be; the race between counting and appending is in the method itself.
"""

from __future__ import annotations

import os
import smtplib
from email.message import EmailMessage
from functools import cache

import functions_framework
from gspread import BackOffHTTPClient, Client, Worksheet

from local.sheets.clients import authorized_session


@cache
def worksheets() -> tuple[Worksheet, Worksheet]:
    session = authorized_session(f"http://{os.environ['SHEETS_EMULATOR_HOST']}", os.environ["TUTORIAL_ACCOUNT"])
    book = Client(auth=None, session=session, http_client=BackOffHTTPClient).open_by_key(os.environ["TUTORIAL_BOOK"])
    return book.worksheet("slots"), book.worksheet("registrations")


@functions_framework.http
def register(request):
    if request.method == "GET":
        worksheets()
        return {"state": "ready"}
    asked = request.get_json()
    slots, registrations = worksheets()
    capacity = int(slots.acell(f"B{asked['row']}").value)
    taken = registrations.col_values(1).count(asked["slot"])
    if taken >= capacity:
        return {"state": "full"}, 409
    registrations.append_row([asked["slot"], asked["name"], asked["email"]])
    send_mail(asked)
    return {"state": "confirmed"}, 201


def send_mail(asked):
    message = EmailMessage()
    message["From"], message["To"] = "visits@zapis.example", asked["email"]
    message["Subject"] = "You are registered"
    message.set_content(f"Dear {asked['name']}, see you at {asked['slot']}.")
    with smtplib.SMTP("127.0.0.1", int(os.environ["TUTORIAL_SMTP_PORT"])) as server:
        server.send_message(message)
