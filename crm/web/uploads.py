"""Files that come in: sealed while they are read, so that none ever lies on disk in clear."""

from typing import IO, Any, cast

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from crm.privacy.spool import SpoolFile, UploadTooLarge


class SealingRequest(Request):
    """A request whose uploads go into the sealed spool instead of a temporary file."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.spools: list[SpoolFile] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        spool = _Uploaded(current_app.config["PROBITY"].upload_bytes)
        self.spools.append(spool)
        return cast(IO[bytes], spool)


class _Uploaded(SpoolFile):
    """Turns the spool's own refusal into the web's."""

    def write(self, data: bytes) -> int:
        try:
            return super().write(data)
        except UploadTooLarge:
            raise RequestEntityTooLarge from None


def install(app: Flask) -> None:
    """Have every upload sealed, and deleted after its request unless somebody claimed it."""
    app.request_class = SealingRequest
    app.teardown_request(_let_go)


def _let_go(_fault: Any) -> None:
    for spool in getattr(request, "spools", ()):
        spool.close()
