"""The web application: a read-only status page and the health document."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

from web.headers import SecurityHeaders
from web.status import document, health_of, page
from web.words import LANGUAGES, word
from workflow.dates_vi import Lang
from workflow.model import DondocError, Refusal
from workflow.service.looking import Looking

_METHODS = ["GET", "HEAD"]

_log = structlog.get_logger("dondoc.web")


def create_app(service: Looking, *, lang: Lang = "vi") -> FastAPI:  # noqa: C901 - a function for each route, each short
    """The application over a service. Handlers are synchronous: Starlette runs them in its thread pool.

    `lang` is the language of pages where the address does not say `?lang=`.
    """
    app = FastAPI(title="dondoc", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SecurityHeaders)
    pages = _Pages(lang)
    readers = {each: Looking(service.site, service.library, each) for each in LANGUAGES}

    @app.api_route("/", methods=_METHODS, response_class=HTMLResponse)
    def status_page(asked: str | None = Query(None, alias="lang")) -> Response:
        chosen = pages.language(asked)
        try:
            shown = page(readers[chosen].status(), readers[chosen].due(), chosen)
        except DondocError as error:
            _log.warning("status-unavailable", code=error.code)
            return pages.message("down", chosen, status_code=503)
        return pages.render("status.html", chosen, shown)

    @app.api_route("/ho-so/{case:path}", methods=_METHODS)
    def case_page(case: str) -> Response:
        # Letters link to a case; until it has a page of its own, its line on the status page answers.
        try:
            service.show(case)
        except Refusal:
            raise HTTPException(404) from None
        except DondocError as error:
            _log.warning("status-unavailable", code=error.code)
            return pages.message("down", lang, status_code=503)
        return RedirectResponse(f"/#{quote(case)}", status_code=303)

    @app.api_route("/healthz", methods=_METHODS)
    def health() -> Response:
        try:
            found = service.health()
        except DondocError as error:
            _log.warning("health-down", code=error.code)
            return JSONResponse({"status": "down", "database": error.code}, status_code=503)
        # A silent daemon is this product's worst failure: the plainest monitor, which reads only the code, must see it.
        return JSONResponse(document(found), status_code=503 if health_of(found) == "stale" else 200)

    @app.api_route("/static/{digest}/dondoc.css", methods=_METHODS)
    def style(digest: str) -> Response:
        if digest != pages.digest:
            raise HTTPException(404)
        keep = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(pages.style, media_type="text/css", headers=keep)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        chosen = pages.language(request.query_params.get("lang"))
        code = "wrong_way" if error.status_code == 405 else "not_found"
        return pages.message(code, chosen, status_code=error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> Response:
        # The kind alone: an error's words may quote a report. Starlette raises it again for the server's own log.
        _log.error("page-failed", path=request.url.path, error=type(error).__name__)
        return pages.message("failed", pages.language(request.query_params.get("lang")), status_code=500)

    return app


class _Pages:
    """Templates, and the one style sheet under an address that names its content."""

    def __init__(self, default: Lang) -> None:
        self._default = default
        self._environment = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.style = files("web").joinpath("static/dondoc.css").read_bytes()
        self.digest = sha256(self.style).hexdigest()[:16]

    def language(self, asked: str | None) -> Lang:
        return next((lang for lang in LANGUAGES if lang == asked), self._default)

    def message(
        self, code: str, lang: Lang, *, status_code: int, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """A page that says what is so and where to go on."""
        shown = {"code": code, "rehearsal": None, "now": None}
        return self.render("message.html", lang, shown, status_code=status_code, headers=headers)

    def render(
        self,
        template: str,
        lang: Lang,
        shown: Mapping[str, Any],
        *,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        other: Lang = "en" if lang == "vi" else "vi"
        html = self._environment.get_template(template).render(
            **shown,
            lang=lang,
            other_lang=other,
            home=self._address(lang),
            other=self._address(other),
            css=f"/static/{self.digest}/dondoc.css",
            w=lambda code, **params: word(code, lang, **params),
        )
        return HTMLResponse(html, status_code, {"Cache-Control": "no-store", **(headers or {})})

    def _address(self, lang: Lang) -> str:
        return "/" if lang == self._default else f"/?lang={lang}"
