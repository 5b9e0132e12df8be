"""What every answer says about itself to the browser."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
]
ENCRYPTED = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def install(app: Flask) -> None:
    """Add the headers; only the assets may be cached."""
    always = [*ALWAYS, ENCRYPTED] if app.config["PROBITY"].https else ALWAYS

    def add(response: Response) -> Response:
        headers = response.headers
        headers.extend(always)
        if request.endpoint != "assets" or response.status_code != 200:
            headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add)
