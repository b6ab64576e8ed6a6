"""The WSGI entry point: `gunicorn wsgi:app`."""

import gc

from grants import create_app
from grants.config import start_logging

app = create_app()
start_logging(app.config["SETTINGS"])
# What every page is made of is compiled before the server forks, so that no visitor waits for it.
for part in ("base.html", *app.jinja_env.list_templates(filter_func=lambda name: name.startswith("macros/"))):
    app.jinja_env.get_template(part)
# What was loaded stays for good: the server's processes share it, and their collectors need not look through it again.
gc.collect()
gc.freeze()
