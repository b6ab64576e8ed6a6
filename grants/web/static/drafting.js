/* Writing a draft: what an autosave answers, questions that come and go, leaving before it is saved. */
"use strict";

/* 409 (two texts) and 422 (kept, and cannot be read) are answers of ours too, and are shown where the writer is. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const ours = xhr.getResponseHeader("HX-Trigger") !== null;
  if (!ours && xhr.status === 200) {
    event.detail.shouldSwap = false;
    saving("Not saved");
    say(signedOut);
  } else if (ours && (xhr.status === 409 || xhr.status === 422)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  if (ours) {
    const field = document.getElementById(event.detail.target.id.replace("note-", "field-"));
    field?.classList.toggle("wrong", xhr.status !== 200);
    if (xhr.status !== 409) delete field?.dataset.unsaved;
  }
});

/* Questions that show only for some answers. */
document.addEventListener("shown", (event) => {
  for (const [key, shown] of Object.entries(event.detail)) {
    const field = document.getElementById(`field-${key}`);
    if (field) field.hidden = !shown;
  }
});

/* Nobody leaves with something unsaved by accident. */
document.addEventListener("input", (event) => {
  const field = event.target.closest("[hx-post]");
  if (!field) return;
  field.dataset.unsaved = "yes";
  saving("Saving…");
});
document.addEventListener("htmx:sendError", () => saving("Not saved"));
document.addEventListener("htmx:responseError", () => saving("Not saved"));
document.addEventListener("submit", () => document.querySelectorAll("[data-unsaved]").forEach((field) => delete field.dataset.unsaved));
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-unsaved]")) event.preventDefault();
});

/* The line beside the title never says more than is true. */
function saving(word) {
  const line = document.getElementById("saved");
  if (line.textContent !== word) line.textContent = word;
}
