/* Writing a draft: what is typed is kept on this computer (kept.js) until the server has it, and sent as soon as it can
   be. With the form's own buttons every page works without this file. */
"use strict";

const sheet = document.getElementById("section-form");
const line = document.getElementById("saved");
const fieldOf = (element) => element.closest("[data-key]");
const unsaved = () => all("[data-unsaved]", sheet);
const isOurs = (xhr) => xhr.getResponseHeader("HX-Trigger") !== null;
const isStrict = sheet.hasAttribute("data-strict"); /* what cannot be read the server does not keep: it stays here until it can */
const version = (field) => document.getElementById(`version-${field.dataset.key}`);

/* ── kept on this computer ─────────────────────────────────────────────────────────────────────────────────────── */

/* What stands in a question's controls, as a form sends it. */
function controls(field) {
  const names = new Set(all("input:not([type=hidden]), textarea, select", field).map((one) => one.name));
  return [...new FormData(sheet)].filter(([name]) => names.has(name));
}

function keep(field) {
  const { section, title } = sheet.dataset;
  const isKept = kept.put(field.dataset.key, { entries: controls(field), version: version(field).value, section, title });
  field.toggleAttribute("data-kept", isKept);
}

function settle(field) {
  field.removeAttribute("data-unsaved");
  field.removeAttribute("data-kept");
  kept.drop(field.dataset.key);
}

/* Put back what was typed: what has no control here any more (a row that was added) is sent all the same. */
function fill(field, entries) {
  const left = entries.map(([name, value]) => [name, value]);
  for (const control of all("input:not([type=hidden]), textarea, select", field)) {
    const at = left.findIndex(([name, value]) => name === control.name && (!isChoice(control) || value === control.value));
    if (isChoice(control)) control.checked = at >= 0;
    else control.value = at >= 0 ? left[at][1] : "";
    if (at >= 0) left.splice(at, 1);
    if (control.dataset.words) count(control);
  }
  return left.length === 0;
}
const isChoice = (control) => control.type === "radio" || control.type === "checkbox";

/* Words of an earlier visit that never arrived. Based on an older version they come back as two texts to choose from. */
function restore(field) {
  const found = kept.of(field.dataset.key);
  if (!found || field.querySelector(".clash") || (isStrict && field.classList.contains("wrong"))) return;
  const same = JSON.stringify(found.entries) === JSON.stringify(controls(field));
  const arrived = found.sent && field.dataset.by === person && Number(version(field).value) > Number(found.version);
  if (same || arrived) return settle(field);
  const whole = fill(field, found.entries);
  version(field).value = found.version;
  field.dataset.unsaved = field.dataset.kept = "yes";
  if (!whole) field.dataset.reload = "yes";
  say("What you typed here before is back, and is being saved.", "warn");
  send(field);
}

/* ── sent to the server ────────────────────────────────────────────────────────────────────────────────────────── */

const send = (field) => htmx.trigger(field, "send");
let wait = 3, timer = null;
let underway = 0, leaving = false, afterwards = () => {};

function again(seconds) {
  clearTimeout(timer);
  wait = Math.min(60, wait * 2);
  timer = setTimeout(() => unsaved().forEach(send), (seconds || wait) * 1000);
}

document.addEventListener("input", (event) => {
  const field = fieldOf(event.target);
  if (!field) return;
  field.dataset.unsaved = "yes";
  keep(field);
  saving(navigator.onLine ? "Saving…" : offline());
});

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, formData } = event.detail;
  const isPresence = elt.id === "presence";
  if (!isPresence && !elt.dataset.key) return;
  if (leaving || (isPresence && document.hidden)) return event.preventDefault();
  /* One question, not the whole page; and what is kept, where that is more than the page has room for. */
  const sent = isPresence ? where() : [...((elt.dataset.reload && kept.of(elt.dataset.key)?.entries) || controls(elt)), [version(elt).name, version(elt).value]];
  [...formData.keys()].forEach((name) => formData.delete(name));
  sent.forEach(([name, value]) => formData.append(name, value));
});
document.addEventListener("htmx:beforeSend", (event) => {
  const { elt, xhr } = event.detail;
  if (!elt.dataset.key) return;
  xhr.sent = JSON.stringify(controls(elt));
  underway += 1;
});

/* 409 (two texts) and 422 (kept, and cannot be read) are answers of ours too, and are shown where the writer is. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const field = requestConfig.elt;
  if (!isOurs(xhr)) return void (event.detail.shouldSwap = false);
  if (!field.dataset.key) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  field.classList.toggle("wrong", xhr.status !== 200);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, elt } = event.detail;
  if (!elt.dataset.key) return;
  underway -= 1;
  answered(elt, xhr);
  if (!underway) afterwards();
});

/* Which controls cannot be read, as the answer has it. */
function mark(field) {
  const wrong = (document.getElementById(`${field.dataset.key}-error`)?.dataset.wrong || "").split(" ");
  for (const control of all("input:not([type=hidden]), textarea, select", field)) {
    if (wrong.includes(control.name)) control.setAttribute("aria-invalid", "true");
    else { control.removeAttribute("aria-invalid"); control.removeAttribute("title"); }
  }
}

function answered(field, xhr) {
  if (xhr.status === 0) return waiting();
  if (!isOurs(xhr)) return refused(xhr);
  mark(field);
  wait = 3;
  if (xhr.status === 409) return told("Connected again. Choose between the two texts."); /* kept here until then */
  if (xhr.status === 422 && isStrict) return told("What is marked is kept on this computer until it can be saved.");
  if (xhr.sent !== JSON.stringify(controls(field))) return; /* more was typed meanwhile, and is on its way */
  settle(field);
  if (unsaved().length) return send(unsaved()[0]);
  if (field.dataset.reload) return location.reload();
  told();
  if (document.getElementById("presence")) htmx.trigger("#presence", "look");
}

function refused(xhr) {
  if (xhr.status === 401 || xhr.getResponseHeader("X-Stale-Form")) return renew();
  if (xhr.status === 429 || xhr.status >= 500) return waiting(Number(xhr.getResponseHeader("Retry-After")));
  saving("Not saved");
  say("This can no longer be saved here. What you typed is still in its place: copy it, then open the page afresh.");
}

function waiting(seconds) {
  saving(offline());
  if (unsaved().every((field) => field.hasAttribute("data-kept"))) {
    say("No connection to the server. What you type is kept on this computer, and sent as soon as the connection is back.", "warn");
  } else say("No connection to the server, and this browser keeps nothing. Leave the page open until it is saved.");
  again(seconds);
}
const offline = () => (unsaved().every((field) => field.hasAttribute("data-kept")) ? "Kept on this computer" : "Not saved yet");

/* ── signed out meanwhile ──────────────────────────────────────────────────────────────────────────────────────── */

let renewing = false;

async function renew() {
  if (renewing) return;
  renewing = true;
  try {
    const answer = await fetch("/signed-in", { headers: { "HX-Request": "true" }, cache: "no-store" });
    const meta = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("meta[name=csrf-token]");
    if (answer.ok && meta.dataset.person === person) {
      document.querySelector("meta[name=csrf-token]").content = meta.content;
      all("input[name=csrf_token]").forEach((one) => { one.value = meta.content; });
      unsaved().forEach(send);
    } else if (answer.ok || answer.status === 401) signedOut(answer.ok);
    else waiting();
  } catch { waiting(); } finally { renewing = false; }
}

function signedOut(somebody) {
  saving(offline());
  const link = document.createElement("a");
  Object.assign(link, { href: "/sign-in?next=/signed-in", target: "_blank", textContent: "Sign in again in a new tab" });
  say(somebody
    ? "Somebody else has signed in here. What you typed is kept on this computer, and is sent when you are signed in again."
    : "You have been signed out. What you typed is kept on this computer, and is sent when you are signed in again. ", "bad", somebody ? null : link);
  clearTimeout(timer);
  timer = setTimeout(() => unsaved().length && renew(), 15000);
}

function comeBack() {
  if (!document.hidden && unsaved().length) { wait = 3; renew(); }
}
addEventListener("online", comeBack);
addEventListener("focus", comeBack);
document.addEventListener("visibilitychange", comeBack);

/* ── leaving ───────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The form carries everything on the page, once no answer of the page's own is on its way: two at once would clash.
   What is kept waits to see whether it arrived. */
sheet.addEventListener("submit", (event) => {
  if (underway) {
    event.preventDefault();
    afterwards = () => { afterwards = () => {}; sheet.requestSubmit(event.submitter); };
    setTimeout(() => { underway = 0; afterwards(); }, 8000); /* an answer that does not come holds nobody up */
    return;
  }
  leaving = true;
  const [act, key] = (event.submitter?.value || "").split(":");
  for (const field of all("[data-key]", sheet)) {
    const words = kept.of(field.dataset.key);
    if (act === "theirs" && key === field.dataset.key) settle(field);
    else if (words) kept.put(field.dataset.key, { ...words, sent: true });
    field.removeAttribute("data-unsaved");
  }
});
addEventListener("pageshow", () => { leaving = false; });
addEventListener("beforeunload", (event) => {
  if (unsaved().some((field) => !field.hasAttribute("data-kept"))) event.preventDefault();
});
/* One more try on the way out; it is kept here all the same until the next visit finds it saved. */
addEventListener("pagehide", () => {
  for (const field of unsaved()) deliver(field.dataset.key, { entries: controls(field), version: version(field).value }, { keepalive: true }).catch(() => {});
});

/* ── the others ────────────────────────────────────────────────────────────────────────────────────────────────── */

function where() {
  const field = (document.activeElement && fieldOf(document.activeElement)?.dataset.key) || "";
  const held = all("[data-key]", sheet).map((one) => ["held", `${one.dataset.key}:${version(one).value}`]);
  const files = all("[data-held]", sheet).map((one) => ["files", `${one.dataset.field}:${one.dataset.held}`]);
  return [["section", sheet.dataset.section], ["field", field], ...held, ...files];
}

/* Nothing is taken from under a writer's hands. */
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = event.detail;
  const busy = target.contains(document.activeElement) || target.dataset.unsaved || target.querySelector?.(".clash");
  if (busy && (target.dataset.key || target.dataset.field || target.id === "sections")) event.detail.shouldSwap = false;
});
document.addEventListener("presence", (event) => {
  put(document.getElementById("here"), event.detail.here);
  all(".at", sheet).forEach((one) => put(one, event.detail.fields[one.id.slice(3)] || ""));
});

/* Questions that show only for some answers. */
document.addEventListener("shown", (event) => {
  for (const [key, shown] of Object.entries(event.detail)) {
    const field = document.getElementById(`field-${key}`);
    if (field) field.hidden = !shown;
  }
});

/* ── asking a colleague ────────────────────────────────────────────────────────────────────────────────────────── */

/* A comment on a question is written below, and nothing has to be saved for it first. */
sheet.addEventListener("click", (event) => {
  const [act, key] = (event.target.closest("button")?.value || "").split(":");
  const form = document.getElementById("comment-form");
  if (act !== "about" || !form) return;
  event.preventDefault();
  form.elements.about.value = key;
  form.elements.body.focus();
});

/* ── said ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* What has not changed is not said again, to the eye or to the ear. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
const saving = (word) => put(line, word);

/* The trouble that was told of is over. */
function told(sentence = "Everything is saved.") {
  if (document.querySelector("main > [role=status] :is(.flash-warn, .flash-bad)")) say(sentence, "good");
}

addEventListener("DOMContentLoaded", () => all("[data-key]", sheet).forEach(restore)); /* once htmx listens */

/* Files, chosen or dropped: each is sent at once by a request of its own, one after the other, with its progress. They
   stand here, since a section may hold comments besides, and a page asks for no more than ten files. */

const sending = new Set();

function takes(place) {
  const input = place.querySelector("input[type=file]");
  place.querySelector(".tools").hidden = true;
  place.querySelector(".drop-words").hidden = false;
  const queue = { place, input, waits: [], busy: false };
  input.addEventListener("change", () => { add(queue, [...input.files]); input.value = ""; });
  let depth = 0;
  const over = (change) => { depth = change ? depth + change : 0; place.classList.toggle("over", depth > 0); };
  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  place.addEventListener("dragenter", (event) => { if (carriesFiles(event)) { event.preventDefault(); over(1); } });
  place.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
  place.addEventListener("dragleave", (event) => { if (carriesFiles(event)) over(-1); });
  place.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    over(0);
    add(queue, [...event.dataTransfer.files]);
  });
}

/* A file that misses its place is not opened instead of the page. */
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => { if (!event.defaultPrevented) event.preventDefault(); });

function add(queue, files) {
  if (!queue.input.multiple && files.length > 1) return announce(queue, "One file goes here. Choose the one that you mean.");
  queue.place.querySelectorAll(".sending .failed").forEach((row) => row.remove());
  for (const file of files) queue.waits.push({ file, row: rowOf(queue, file) });
  next(queue);
}

function rowOf(queue, file) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  const bar = document.createElement("progress");
  const far = document.createElement("span");
  name.textContent = file.name;
  far.className = "small mut";
  far.textContent = "Waiting";
  Object.assign(bar, { max: 100, value: 0 });
  bar.setAttribute("aria-label", `Sending ${file.name}`);
  row.append(name, bar, far, act("Cancel", file.name, () => cancel(queue, row)));
  queue.place.querySelector(".sending").append(row);
  return row;
}

function act(word, name, does) {
  const button = document.createElement("button");
  const of = document.createElement("span");
  Object.assign(button, { type: "button", className: "plain small", textContent: word });
  Object.assign(of, { className: "sr", textContent: ` ${name}` });
  button.append(of);
  button.addEventListener("click", does);
  return button;
}

function cancel(queue, row) {
  const name = row.firstChild.textContent;
  queue.waits = queue.waits.filter((one) => one.row !== row);
  row.xhr?.abort();
  row.remove();
  queue.input.focus();
  announce(queue, `${name} is not attached.`);
}

function next(queue) {
  const one = queue.busy ? null : queue.waits.shift();
  if (!one) return;
  const most = Number(queue.place.dataset.mostMb);
  if (one.file.size > most * 2 ** 20) {
    fail(queue, one, `“${one.file.name}” is larger than ${most} MB.`);
    return next(queue);
  }
  upload(queue, one);
}

function upload(queue, one) {
  const { file, row } = one;
  const xhr = row.xhr = new XMLHttpRequest();
  const [, bar, far] = row.children;
  queue.busy = true;
  sending.add(xhr);
  announce(queue, `Sending ${file.name}.`);
  xhr.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.floor((100 * event.loaded) / event.total);
    far.textContent = bar.value < 100 ? `${bar.value}%` : "Being looked at";
  });
  xhr.addEventListener("loadend", () => {
    sending.delete(xhr);
    queue.busy = false;
    if (row.isConnected) answer(queue, one, xhr);
    next(queue);
  });
  xhr.open("POST", queue.place.dataset.upload);
  xhr.setRequestHeader("Accept", "application/json");
  xhr.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf-token]").content);
  const body = new FormData();
  body.append(queue.input.name, file, file.name);
  xhr.send(body);
}

function answer(queue, one, xhr) {
  if (xhr.status !== 200) return fail(queue, one, why(xhr), [0, 401, 429].includes(xhr.status) || xhr.status >= 500);
  queue.place.querySelector(".attached").outerHTML = xhr.responseText;
  queue.place.closest(".field").classList.remove("wrong");
  document.getElementById(`${queue.input.id}-error`).replaceChildren();
  one.row.remove();
  announce(queue, `${one.file.name} is attached.`);
  window.htmx?.trigger("#presence", "look");
}

function why(xhr) {
  if (xhr.status === 0) return "The connection was lost before the whole file had arrived.";
  if (xhr.status === 401) return "You have been signed out. Sign in again in another tab, then try again.";
  try { return JSON.parse(xhr.responseText).sentence; } catch { return "The file could not be taken in."; }
}

/* What was refused stays in sight with its reason until the next try. */
function fail(queue, { file, row }, sentence, again = false) {
  const error = document.createElement("span");
  error.className = "error";
  error.textContent = sentence;
  row.className = "failed";
  row.replaceChildren(error);
  if (again) row.append(act("Try again", file.name, () => { row.remove(); add(queue, [file]); queue.input.focus(); }));
  row.append(act("Dismiss", file.name, () => { row.remove(); queue.input.focus(); }));
  announce(queue, sentence);
}

const announce = (queue, sentence) => { queue.place.querySelector("[role=status]").textContent = sentence; };

addEventListener("beforeunload", (event) => { if (sending.size) event.preventDefault(); });
all("[data-upload]").forEach(takes);
