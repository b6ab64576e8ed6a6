/* Writing a draft: what an autosave answers, questions that come and go, leaving before it is saved. */
"use strict";

/* 409 (two texts) and 422 (cannot be read) are answers of ours too, and are shown where the writer is. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const ours = xhr.getResponseHeader("HX-Trigger") !== null;
  if (!ours && xhr.status === 200) {
    event.detail.shouldSwap = false;
    say("You have been signed out. What you typed is still here: sign in again in another tab, then go on.");
  } else if (ours && (xhr.status === 409 || xhr.status === 422)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  if (ours) {
    const field = document.getElementById(event.detail.target.id.replace("note-", "field-"));
    field?.classList.toggle("wrong", xhr.status !== 200);
    if (xhr.status === 200) delete field?.dataset.unsaved;
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
  if (field) field.dataset.unsaved = "yes";
});
document.addEventListener("submit", () => document.querySelectorAll("[data-unsaved]").forEach((field) => delete field.dataset.unsaved));
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-unsaved]")) event.preventDefault();
});

function say(sentence) {
  const note = document.createElement("p");
  note.className = "flash flash-bad";
  note.textContent = sentence;
  document.querySelector("main [role=status]").replaceChildren(note);
}
