/* Keys and care for the scorecard. The page works without this file: it is one form. */
"use strict";

(() => {
  const form = document.getElementById("card");
  const onward = document.querySelector("a[data-key=n]");
  const keys = document.getElementById("keys");
  const helper = document.querySelector("[data-key='?']");
  const criteria = form ? [...form.querySelectorAll("[data-criterion]")] : [];

  const marksOf = (criterion) => [...criterion.querySelectorAll("input[type=radio]")];
  const isMarked = (criterion) => marksOf(criterion).some((mark) => mark.checked) || Boolean(criterion.querySelector("select")?.value);
  const current = () => criteria.find((one) => one.contains(document.activeElement)) || criteria.find((one) => !isMarked(one)) || criteria[0];

  /* To a criterion: its chosen mark, or its first. */
  function goTo(criterion) {
    if (!criterion) return;
    const marks = marksOf(criterion);
    (marks.find((mark) => mark.checked) || marks[0] || criterion.querySelector("select")).focus();
    criterion.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const inside = criteria.findIndex((one) => one.contains(document.activeElement));
    goTo(inside < 0 ? current() : criteria[Math.min(Math.max(inside + by, 0), criteria.length - 1)]);
  }

  function mark(number) {
    const criterion = current();
    if (!criterion) return;
    const marks = marksOf(criterion);
    const wanted = number === 0 ? marks.find((one) => one.value === "abstain")
      : marks.find((one) => one.value === String(number)) || (isNaN(marks[0]?.value) ? marks[number - 1] : undefined);
    if (!wanted || (number > 0 && wanted.value === "abstain")) return;
    wanted.checked = true;
    wanted.focus();
    for (const kind of ["input", "change"]) wanted.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  function comment() {
    const why = current()?.querySelector(".why");
    if (!why) return;
    why.open = true;
    why.querySelector("textarea").focus();
  }

  const next = () => (onward || form?.querySelector("[data-key=n]"))?.click();
  const acts = { j: () => step(1), k: () => step(-1), n: next, c: comment, "?": () => keys?.showModal() };

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.altKey || event.metaKey) return;
    const typing = /^(TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.matches("input:not([type=radio])");
    if (event.key === "Enter" && event.ctrlKey && form) {
      event.preventDefault();
      form.querySelector("[value=submit]").click();
    } else if (typing && event.key === "Escape") {
      goTo(current());
    } else if (!typing && !event.ctrlKey && (acts[event.key.toLowerCase()] || /^[0-9]$/.test(event.key))) {
      event.preventDefault();
      if (/^[0-9]$/.test(event.key)) mark(Number(event.key));
      else acts[event.key.toLowerCase()]();
    }
  });
  if (helper) {
    helper.hidden = false;
    helper.addEventListener("click", acts["?"]);
  }
  if (!form) return;

  /* A mark that asks for a comment opens the place for it. */
  form.addEventListener("change", (event) => {
    const criterion = event.target.closest("[data-below]");
    const value = Number(event.target.value);
    if (criterion && event.target.matches("[type=radio]") && value < Number(criterion.dataset.below)) criterion.querySelector(".why").open = true;
  });

  /* Submitting waits for the save that is under way, so that the two never cross. */
  const saver = form.querySelector("[hx-post]");
  let saving = 0;
  let waiting = null;
  saver.addEventListener("htmx:beforeRequest", () => { saving += 1; });
  saver.addEventListener("htmx:afterRequest", () => {
    saving = Math.max(0, saving - 1);
    if (waiting && !saving) form.requestSubmit(waiting);
  });
  form.addEventListener("submit", (event) => {
    if (!saving || waiting) return;
    event.preventDefault();
    event.stopPropagation();
    waiting = event.submitter;
  });

  /* A save that was refused says so in its own line as well. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt === saver && [409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });
})();
