"""What stands in for vk.com: a page that launches the mini-app in a frame and answers what its bridge asks.

Launches are signed as VK signs them, with a key that is no secret. Two invented people can be played; who is not
asked for a permission in earnest says yes, or no where the page was told so.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.vk import MINI_APP, MINI_APP_KEY

PEOPLE = {
    "101": {"first_name": "Аня", "last_name": "Котик", "email": "anna.kotik@example.org"},
    "102": {"first_name": "Борис", "last_name": "Ким", "email": "boris.kim@example.org"},
}


def launch(user: str, at: float) -> str:
    """The query with which VK would open the mini-app for `user` at this Unix second."""
    given = {
        "vk_access_token_settings": "",
        "vk_app_id": MINI_APP,
        "vk_are_notifications_enabled": "0",
        "vk_is_app_user": "1",
        "vk_language": "ru",
        "vk_platform": "desktop_web",
        "vk_ts": str(int(at)),
        "vk_user_id": user,
    }
    signed = urlencode(given)
    digest = hmac.new(MINI_APP_KEY.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}&sign={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def build(site: str, clock: Callable[[], float] = time.time) -> Starlette:
    """The page over the site at this address; `clock` tells Unix seconds."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    ).get_template("page.html")

    async def page(request: Request) -> Response:
        asked = request.query_params
        user = asked["user"] if asked.get("user") in PEOPLE else "101"
        slot = f"#slot={asked['slot']}" if asked.get("slot") else ""
        address = f"{site}/vk?{launch(user, clock())}{slot}"
        return HTMLResponse(
            templates.render(
                frame=address,
                user=user,
                people=PEOPLE,
                theme="dark" if asked.get("theme") == "dark" else "light",
                denies="no" in asked,
                slot=asked.get("slot", ""),
            )
        )

    return Starlette(routes=[Route("/", page)])
