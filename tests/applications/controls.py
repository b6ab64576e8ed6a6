"""A form's controls as a browser without JavaScript sends them, read from a page."""

from html.parser import HTMLParser


class Controls(HTMLParser):
    """Feed it a page; `sent` holds the names and values of one form's controls, buttons and files aside."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.sent: list[tuple[str, str]] = []
        self._inside = False
        self._area = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._inside = given.get("id") == self.form_id
        if self._inside and given.get("name") and given["name"] != "csrf_token":
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        chosen = kind not in ("checkbox", "radio") or "checked" in given
        if tag == "textarea" or (tag == "input" and kind != "file" and chosen):
            self.sent.append((given["name"], given.get("value", "")))
        self._area = tag == "textarea"

    def handle_endtag(self, tag: str) -> None:
        self._area = self._area and tag != "textarea"
        self._inside = self._inside and tag != "form"

    def handle_data(self, data: str) -> None:
        if self._inside and self._area:
            name, text = self.sent.pop()
            self.sent.append((name, text + data))
