"""The application for a production server: gunicorn wsgi:app."""

from crm import create_app
from crm.logs import configure

configure()
app = create_app()
