"""A page that does nothing but answer: what the framework alone costs."""

from flask import Flask

app = Flask("bare")
app.get("/")(lambda: "a word")
