/* Files, chosen or dropped: each is sent at once by a request of its own, one after the other, with its progress. With
   the form's own button every page works without this file. */
"use strict";

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
