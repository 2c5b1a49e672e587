"""A nudge for `deliver`: somebody is owed a letter, so let it be called soon.

A nudge is never waited for and never fails: no answer depends on it, and what it misses the scheduler's next call
does, within the minute. In the cloud it is a task of a queue, so that all instances together call no more often
than the queue allows; where the functions are neighbours it is the call itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

API = "https://cloudtasks.googleapis.com/v2"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TURN = 10.0
"""Seconds that one task answers for: the queue dispatches no more often."""
API_SECONDS, RUN_SECONDS = 10.0, 300.0
EXISTS = 409

log = logging.getLogger("zapis.nudge")

Arrange = Callable[[float], float]
"""Arranges a call of `deliver` at a moment (in seconds since the epoch) or later, and returns when it will be."""


class Nudge:
    """Sees to it, by a thread of its own, that `deliver` is called not before what lands now."""

    def __init__(self, arrange: Arrange) -> None:
        self._arrange = arrange
        self._wanted = self._arranged = 0.0
        self._at_work = False
        self._lock = threading.Lock()

    def __call__(self, ahead: float = 0.0) -> None:
        """Let `deliver` be called `ahead` seconds from now or soon after. Returns at once."""
        with self._lock:
            self._wanted = max(self._wanted, time.time() + ahead)
            if self._at_work or self._wanted <= self._arranged:
                return
            self._at_work = True
        try:
            threading.Thread(target=self._work, name="nudge", daemon=True).start()
        except RuntimeError:  # no thread is to be had now
            self._at_work = False

    def _work(self) -> None:
        while self._is_wanted():
            try:
                self._arranged = self._arrange(self._wanted)
            except Exception as error:  # whatever it is, the scheduler calls within the minute
                log.warning("deliver could not be nudged (%s); the scheduler will call it", type(error).__name__)
                self._arranged = self._wanted

    def _is_wanted(self) -> bool:
        with self._lock:
            self._at_work = self._wanted > self._arranged
            return self._at_work


class TaskQueue:
    """Cloud Tasks by its REST interface, for its client library would cost every cold start half a second.

    A task is named by its turn of ten seconds, so many instances make one. Whoever finds the turn taken cannot know
    whether that call comes before its own rows land, and takes the beginning of the next one.
    """

    def __init__(
        self, queue: str, url: str, caller: str, open_session: Callable[[], requests.Session], api: str = API
    ) -> None:
        self._queue, self._api = queue, api
        self._call = {
            "httpMethod": "POST",
            "url": url,
            "oidcToken": {"serviceAccountEmail": caller, "audience": url.rstrip("/")},
        }
        self._open_session = open_session
        self._session: requests.Session | None = None

    def __call__(self, moment: float) -> float:
        turn = moment // TURN
        if self._create(turn, moment):
            return moment
        following = (turn + 1) * TURN
        self._create(turn + 1, following)
        return following

    def _create(self, turn: float, moment: float) -> bool:
        """Whether this call made the turn's task; False if it was there. Raises for any other answer."""
        if self._session is None:
            self._session = self._open_session()
        at = datetime.fromtimestamp(moment, UTC).isoformat()
        name = f"{self._queue}/tasks/deliver-{turn:.0f}"
        task: dict[str, Any] = {"name": name, "scheduleTime": at, "httpRequest": self._call}
        task["dispatchDeadline"] = f"{RUN_SECONDS:.0f}s"
        answer = self._session.post(f"{self._api}/{self._queue}/tasks", json={"task": task}, timeout=API_SECONDS)
        if answer.status_code == EXISTS:
            return False
        answer.raise_for_status()
        return True


def as_the_machine() -> requests.Session:
    """A session with the identity of the machine."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _project = google.auth.default(scopes=[SCOPE])
    session: requests.Session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    return session


class Neighbour:
    """Calls `deliver` itself and waits for the run's end, so that calls do not pile up."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, moment: float) -> float:
        import requests

        time.sleep(max(0.0, moment - time.time()))
        began = time.time()
        with requests.Session() as session:
            session.trust_env = False  # a proxy knows nothing of a neighbour
            session.post(self._url, timeout=(API_SECONDS, RUN_SECONDS))
        return began
