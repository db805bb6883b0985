"""The dashboard's own files: one page for every address under /app, and what it loads."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

_UNBUILT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>bayse-agent</title>"
    "<h1>The dashboard is not built</h1><p>In a checkout it is built once with <code>./dev web"
    "</code>, which needs Node 20 or newer. Everything else works without it: the command "
    "<code>bayse-agent</code>, and the API.</p></html>"
)
# Its files are named after what is in them, so that one name never means another file.
_KEPT = "public, max-age=31536000, immutable"


def built() -> Path | None:
    """Where the built dashboard lies; None in a checkout where it was not built."""
    folder = Path(__file__).parents[1] / "web"
    return folder if (folder / "index.html").is_file() else None


def add_pages(app: FastAPI, folder: Path | None) -> None:
    """Serve the dashboard: every screen is the same page, which reads its address itself."""

    async def begin(_: Request) -> Response:
        return RedirectResponse("/app")

    async def screen(_: Request) -> Response:
        if folder is None:
            return HTMLResponse(_UNBUILT, status_code=503)
        return FileResponse(folder / "index.html", headers={"Cache-Control": "no-cache"})

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        found = None if folder is None else folder / "assets" / name
        if found is None or found.name != name or not found.is_file():
            raise HTTPException(404, "there is no such file")
        return FileResponse(found, headers={"Cache-Control": _KEPT})

    app.add_route("/", begin, include_in_schema=False)
    for path in ("/app", "/app/", "/app/{path:path}"):
        app.add_route(path, screen, include_in_schema=False)
    app.add_route("/assets/{name}", asset, include_in_schema=False)
