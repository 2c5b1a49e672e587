"""A bucket of Cloud Storage, by its REST interface: where each night's copy of the ledger goes.

Whoever calls may only add objects (roles/storage.objectCreator): not read, replace or remove what is there. So neither
a mistake nor a stolen identity reaches the copies of nights before. They go by their age, which is the bucket's rule.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from zapis.errors import SettingsError, SheetsUnavailable

if TYPE_CHECKING:
    import requests

API = "https://storage.googleapis.com"
CONNECT_SECONDS, UPLOAD_SECONDS = 10.0, 120.0


class Bucket:
    """One bucket, as one account sees it."""

    def __init__(self, name: str, open_session: Callable[[], requests.Session], api: str = API) -> None:
        self.name = name
        self._open_session = open_session
        self._url = f"{api}/upload/storage/v1/b/{name}/o"

    def add(self, name: str, content: bytes) -> None:
        """Put an object there, whole or not at all. Raises SettingsError if it was refused, SheetsUnavailable."""
        import requests
        from google.auth.exceptions import GoogleAuthError

        try:
            with self._open_session() as session:
                answer = session.post(
                    self._url,
                    params={"uploadType": "media", "name": name},
                    data=content,
                    headers={"Content-Type": "application/x-ndjson"},
                    timeout=(CONNECT_SECONDS, UPLOAD_SECONDS),
                )
        except (requests.RequestException, GoogleAuthError) as error:
            raise SheetsUnavailable(f"Cloud Storage did not answer ({type(error).__name__}).") from None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise SheetsUnavailable(f"Cloud Storage answered {answer.status_code}.")
        if answer.status_code != HTTPStatus.OK:
            raise SettingsError(
                f"ZAPIS_COPIES: the bucket {self.name} did not take the copy ({answer.status_code}). "
                "Run deploy.sh again: it sets the bucket and the rights to it right."
            )
