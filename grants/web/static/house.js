/* Conveniences only: every page works without this file. */
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* "/" goes to the search. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") all("details.menu[open]").forEach(closeMenu);
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  event.preventDefault();
  if (!find()) document.querySelector("[data-shortcut='/']")?.click();
});

/* The first field of this page's filters, which the search leads to. */
function find() {
  const field = document.querySelector(".filters input:not([type=hidden])");
  if (!field) return false;
  const box = field.closest("details");
  if (box) box.open = true;
  field.focus();
  return true;
}
if (location.hash === "#find") addEventListener("DOMContentLoaded", find);

/* A link to a question puts one into its control, not only before it: of several into what is wrong, or still empty. */
function land() {
  const place = location.hash.startsWith("#field-") && document.getElementById(location.hash.slice(1));
  const controls = place ? all("input:not([type=hidden], [hidden]), select, textarea", place) : [];
  const wanting = controls.find((one) => one.matches("[aria-invalid]")) || controls.find((one) => !one.value);
  (wanting || controls[0])?.focus();
}
addEventListener("hashchange", land);
addEventListener("load", () => setTimeout(land)); /* after the browser has gone to the place itself */
document.addEventListener("click", (event) => {
  if (event.target.closest("a")?.hash === location.hash) setTimeout(land);
});

const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

/* A menu closes when one goes elsewhere. */
function closeMenu(menu) {
  const inside = menu.contains(document.activeElement);
  menu.open = false;
  if (inside) menu.querySelector("summary").focus();
}
document.addEventListener("click", (event) => {
  all("details.menu[open]").filter((menu) => !menu.contains(event.target)).forEach((menu) => (menu.open = false));
});

/* A form is sent once, and asks first where it should. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  if (form.getAttribute("action") === "/sign-out" && !form.dataset.asked && leaves(event)) return;
  if (button?.dataset.confirm && !button.dataset.confirmed) {
    event.preventDefault();
    return ask(button.dataset.confirm, button.textContent, () => {
      button.dataset.confirmed = "yes";
      form.requestSubmit(button);
    });
  }
  if (event.defaultPrevented || form.matches("[hx-post], [hx-put], [target]")) return;
  form.dataset.sent = "yes";
  /* After the browser has read the button's own value. */
  setTimeout(() => all("button:not([type=button])", form).forEach((each) => each.setAttribute("aria-disabled", "true")));
});
window.addEventListener("pageshow", () => {
  all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("button", form).forEach((each) => { each.removeAttribute("aria-disabled"); delete each.dataset.confirmed; });
  });
});

/* What was typed into a draft and never arrived (kept.js) is not left to whoever uses this computer next. */
function leaves(event) {
  const person = document.querySelector("meta[name=csrf-token]")?.dataset.person;
  let found = [];
  try { found = Object.keys(localStorage).filter((key) => key.startsWith(`draft:${person}:`)); } catch { /* nothing is kept */ }
  if (!found.length) return false;
  event.preventDefault();
  ask("Words you typed have not reached the server yet. If you sign out now, they are forgotten.", "Sign out and forget them", () => {
    found.forEach((key) => localStorage.removeItem(key));
    event.target.dataset.asked = "yes";
    event.target.requestSubmit();
  });
  return true;
}

function ask(question, yes, go) {
  const dialog = document.createElement("dialog");
  const words = document.createElement("p");
  const actions = document.createElement("div");
  words.id = "dialog-question";
  words.textContent = question;
  dialog.setAttribute("aria-labelledby", words.id);
  actions.className = "actions";
  actions.append(choice(yes, "btn", () => { dialog.close(); go(); }), choice("Not now", "btn q", () => dialog.close()));
  dialog.append(words, actions);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function choice(label, css, act) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: css, textContent: label });
  button.addEventListener("click", act);
  return button;
}

/* Word counts, as the server counts: runs between spaces that hold a letter or digit. Its spaces are named one by one,
   since a browser's differ by two; characters that it does not keep are left out first. */
const notKept = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const spaces = /[\t\n\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const words = (text) => text.replace(notKept, "").split(spaces).filter((run) => /[\p{L}\p{N}_]/u.test(run)).length;

function count(area) {
  const limit = Number(area.dataset.words);
  const shown = document.getElementById(`${area.id}-words`);
  if (!shown) return;
  const over = words(area.value) - limit;
  shown.textContent = over > 0
    ? `${over} ${over === 1 ? "word" : "words"} too many: ${limit + over} of ${limit}`
    : `${limit + over} of ${limit} words`;
  shown.classList.toggle("over", over > 0);
}
document.addEventListener("input", (event) => { if (event.target.dataset.words) count(event.target); });

/* The description of the mark that is chosen. */
document.addEventListener("change", (event) => {
  const shown = event.target.closest(".marks")?.querySelector("[data-levels]");
  if (shown && event.target.type === "radio") shown.textContent = JSON.parse(shown.dataset.levels)[event.target.value] || "";
});

/* The reader's own time in an instant's title. */
function localTimes(root = document) {
  all("time[datetime*=T]:not([data-local])", root).forEach((time) => {
    const here = new Date(time.dateTime).toLocaleString("en-US", { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
    time.dataset.local = here;
    time.title = `${time.title ? `${time.title} · ` : ""}your time: ${here}`;
  });
}

/* htmx: the CSRF token with every request, a word when one fails. */
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]");
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});
document.addEventListener("htmx:afterSettle", (event) => localTimes(event.target));
const signedOutWords = "You have been signed out. What you typed is still here: sign in again in another tab, then go on.";
const notSaved = "This was not saved. What you typed is still here: copy it, then open the page afresh.";
const lost = "The connection was lost. What you typed is still here; go on, and it is saved once the connection is back.";
/* A page that keeps what is typed (drafting.js) has words of its own. */
const speaksForItself = (event) => event.detail.elt.closest("[data-key], [data-quiet]");
document.addEventListener("htmx:responseError", (event) => {
  if (!speaksForItself(event)) say(event.detail.xhr.status === 401 ? signedOutWords : notSaved);
});
document.addEventListener("htmx:sendError", (event) => { if (!speaksForItself(event)) say(lost); });

function say(sentence, tone = "bad", link = null) {
  const place = document.querySelector("main > [role=status]");
  if (place.dataset.said === sentence) return;
  const note = document.createElement("p");
  note.className = `flash flash-${tone}`;
  note.append(sentence, ...(link ? [" ", link] : []));
  place.dataset.said = sentence;
  place.replaceChildren(note);
}

localTimes();
