# SPDX-License-Identifier: Apache-2.0
"""The application: routes of the API, the built page, and errors as sentences."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from trimer import __version__
from trimer.core.errors import DiskError, InputError, StoreError, TrimerError, UnknownName
from trimer.core.notice import NOTICE
from trimer.page.desk import Busy, Desk
from trimer.page.guard import LOOPBACK, Guard
from trimer.page.jobs import Jobs
from trimer.page.requests import Wrong
from trimer.page.routes import clinic, patients, runs, shipped, trials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

_WRONG: dict[int | str, dict[str, Any]] = {
    status: {"model": Wrong, "description": words}
    for status, words in {
        400: "the body is no JSON", 401: "a token is missing", 403: "another site asked",
        404: "there is nothing of this name", 413: "the request is too long",
        421: "another name of this server", 422: "something asked for is wrong",
        503: "too many ask at once", 507: "the disk refuses",
    }.items()
}  # fmt: skip

STATIC = Path(__file__).parent / "static"
PAGES = ("mechanism", "patient", "trial", "compare", "clinic", "facts", "runs")


def make_app(
    folder: Path, *, hosts: Iterable[str] = LOOPBACK, token: str = "", warm: bool = False
) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    folder : Path
        Where run folders lie and are written.
    hosts : iterable of str
        Names that it answers to.
    token : str
        Needed with every request, unless it is empty.
    warm : bool
        Whether to compile the model as soon as it starts.
    """

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        threading.Thread(target=_keep_going, args=(app.state.jobs, stop), daemon=True).start()
        if warm:
            threading.Thread(target=patients.warm_up, daemon=True).start()
        yield
        stop.set()

    app = FastAPI(
        title="Trimer", version=__version__, description=NOTICE, lifespan=life,
        docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
    )  # fmt: skip
    app.state.jobs, app.state.desk, app.state.runs = Jobs(folder), Desk(), folder
    for part in (shipped, patients, trials, runs, clinic):
        app.include_router(part.router, prefix="/api", responses=_WRONG)
    _errors(app)
    _pages(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Guard, hosts=tuple(hosts), token=token)
    return app


def _keep_going(jobs: Jobs, stop: threading.Event) -> None:
    """Start what waits in line, also what an earlier server left there."""
    while not stop.is_set():
        with contextlib.suppress(OSError, ValueError):  # a folder that is going away
            jobs.advance()
        stop.wait(0.5)


def problems(status: int, found: Sequence[tuple[str, str]]) -> JSONResponse:
    """Return an answer that says what is wrong, each with the path of its field."""
    content = {"problems": [{"path": path, "sentence": text} for path, text in found]}
    return JSONResponse(content, status_code=status)


def _errors(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: RequestValidationError) -> JSONResponse:
        return problems(422, [_sentence(each) for each in error.errors()])

    @app.exception_handler(HTTPException)
    async def plain(_: Request, error: HTTPException) -> JSONResponse:
        text = "There is nothing here." if error.status_code == 404 else str(error.detail)
        return problems(error.status_code, [("", text)])

    @app.exception_handler(TrimerError)
    async def ours(_: Request, error: TrimerError) -> JSONResponse:
        sentences = error.problems if isinstance(error, InputError) else (str(error),)
        return problems(_status(error), [("", text) for text in sentences])


def _status(error: TrimerError) -> int:
    if isinstance(error, (UnknownName, StoreError)):
        return 404
    if isinstance(error, InputError):
        return 422
    if isinstance(error, Busy):
        return 503
    return 507 if isinstance(error, DiskError) else 500


def _sentence(error: Any) -> tuple[str, str]:  # noqa: ANN401 (pydantic's own)
    """Say what pydantic found, with the path of the field as the page writes it."""
    place = [part for part in error["loc"] if part not in {"body", "query", "path"}]
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
    got = error.get("input")
    shown = "" if isinstance(got, (dict, list)) else f": got {str(got)[:60]!r}"
    name = str(place[-1]) if place else "request"
    if error["type"] == "extra_forbidden":
        return path, f"Unknown field '{name}'. Leave it out."
    if error["type"] == "missing":
        return path, f"Missing '{name}'. Add it."
    said = str(error["msg"])
    return path, f"Wrong '{name}'{shown}; {said[:1].lower()}{said[1:]}. Correct it."


def _pages(app: FastAPI) -> None:
    """Serve the built page; every page of it is one document."""

    @app.get("/assets/{name}", include_in_schema=False)
    async def asset(name: str) -> Any:  # noqa: ANN401 (an answer)
        path = STATIC / "assets" / name
        if "/" in name or "\\" in name or not path.is_file():
            return problems(404, [("", "There is no such file.")])
        return FileResponse(path, headers={"cache-control": "public, max-age=31536000, immutable"})

    async def document() -> FileResponse:
        path = STATIC / "index.html"
        return FileResponse(path, headers={"cache-control": "no-cache"})

    app.add_api_route("/", document, include_in_schema=False)
    for page in PAGES:
        app.add_api_route(f"/{page}", document, include_in_schema=False)
        app.add_api_route(f"/{page}/{{rest:path}}", document, include_in_schema=False)
