"""The clock of a local run: it calls each job every few seconds, as Cloud Scheduler does each minute.

A job never overlaps itself. A trouble is told once when it begins and once when it is over.
"""

import threading
import time
from dataclasses import dataclass

import requests

# Jobs start one after another, so that deliver sends in the same round what sync has just decided.
STAGGER_SECONDS = 1.0
CONNECT_SECONDS, ANSWER_SECONDS = 5, 300
HEADERS = {"User-Agent": "Google-Cloud-Scheduler", "X-CloudScheduler": "true"}


@dataclass(frozen=True, slots=True)
class Job:
    """A function to be called with an empty POST."""

    name: str
    url: str


def run(jobs: list[Job], every: float) -> None:
    """Call each job every `every` seconds, each on its own thread, until the process ends."""
    threads = [threading.Thread(target=_keep_calling, args=(job, every), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
        time.sleep(STAGGER_SECONDS)
    for thread in threads:
        thread.join()


def _keep_calling(job: Job, every: float) -> None:
    session = requests.Session()
    session.trust_env = False  # a proxy knows nothing of this machine
    told = ""
    while True:
        began = time.monotonic()
        trouble = call(session, job)
        if trouble != told:
            print(trouble or f"{job.name} answers again", flush=True)
        told = trouble
        time.sleep(max(0.0, began + every - time.monotonic()))


def call(session: requests.Session, job: Job) -> str:
    """Call the job once. Returns the trouble in a sentence, or nothing."""
    try:
        answer = session.post(job.url, headers=HEADERS, timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
    except requests.RequestException as error:
        return f"{job.name} gave no answer at {job.url} ({type(error).__name__}); it is tried on"
    if answer.ok:
        return ""
    return f"{job.name} answered {answer.status_code} {answer.reason}; its log says why, and it is tried on"
