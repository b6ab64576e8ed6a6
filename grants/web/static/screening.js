/* Keys for the queue of applications to screen. The page works without this file: each key leads to what stands there. */
"use strict";

(() => {
  const press = (key) => document.querySelector(`[data-press='${key}']`);

  /* A link or a button is pressed; a form or a folded one is opened, and its first open question gets the focus. */
  function follow(place) {
    if (place.matches("a, button")) return place.click();
    if (place.matches("details")) place.open = true;
    const fields = [...place.querySelectorAll("input:not([type=hidden]), textarea")];
    const boxes = fields.filter((one) => one.type === "checkbox");
    const field = place.matches("details") ? fields[0] : boxes.find((one) => !one.checked) || place.querySelector("button");
    field?.focus();
    place.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.altKey || event.metaKey || event.ctrlKey) return;
    const typing = event.target.matches("textarea, select, input:not([type=checkbox])");
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const place = /^[a-z]$/i.test(event.key) && press(event.key.toLowerCase());
    if (!place) return;
    event.preventDefault();
    follow(place);
  });
})();
