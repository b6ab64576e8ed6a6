/* Keeps the page of a meeting at what is up. The page works without this file: by its link to look again. */
"use strict";

(() => {
  const EVERY = 2000;
  const RESTING = 20000;
  const live = () => document.getElementById("live");
  let looking = false;

  const isBusy = (part) => part.hasAttribute("data-keep") && (part.contains(document.activeElement) || part.dataset.dirty);

  /* Takes over each part that reads differently; whoever changes rooms loses all of the old one at once, and what was
     said of it. */
  function follow(page) {
    const mine = live();
    const theirs = page.getElementById("live");
    if (!theirs || theirs.dataset.over) { location.reload(); return; }
    if (mine.dataset.room !== theirs.dataset.room || parts(mine) !== parts(theirs)) {
      if (mine.dataset.room !== theirs.dataset.room) document.querySelectorAll("#main .flash").forEach((one) => one.remove());
      mine.replaceWith(theirs);
      heading(page);
      return;
    }
    mine.dataset.tag = theirs.dataset.tag;
    for (const part of theirs.querySelectorAll("[data-part]")) {
      const old = mine.querySelector(`[data-part="${part.dataset.part}"]`);
      if (plain(old) !== plain(part) && !isBusy(old)) swap(old, part);
    }
    heading(page);
  }

  const parts = (root) => [...root.querySelectorAll("[data-part]")].map((part) => part.dataset.part).join();
  /* How a part reads, without what differs each time it is drawn. */
  function plain(part) {
    const copy = part.cloneNode(true);
    for (const one of copy.querySelectorAll("[data-until]")) {
      if (one.dataset.said) one.textContent = one.dataset.said;
      for (const name of ["now", "said", "drawn"]) delete one.dataset[name];
    }
    return copy.innerHTML.replace(/name="csrf_token" value="[^"]*"/g, "");
  }

  /* What has the focus keeps it, where the new part has the same control. */
  function swap(old, part) {
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const place = held ? [...old.querySelectorAll("a, button, input, select, textarea, summary")].indexOf(held) : -1;
    old.replaceWith(part);
    if (place >= 0) part.querySelectorAll("a, button, input, select, textarea, summary")[place]?.focus();
  }

  function heading(page) {
    const state = document.querySelector("[data-part=state]");
    const next = page.querySelector("[data-part=state]");
    if (state && next && state.innerHTML !== next.innerHTML) state.replaceWith(next);
  }

  async function look() {
    if (looking || !live()) return;
    looking = true;
    try {
      const drawn = { "X-Looks-Again": "1", "If-None-Match": `"${live().dataset.tag}"` };
      const answer = await fetch(location.pathname, { headers: drawn, cache: "no-store" });
      if (answer.status === 304 || answer.status >= 500) return;
      if (answer.redirected || !answer.ok) { location.reload(); return; }
      follow(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      /* No connection: the next look comes by itself. */
    } finally {
      looking = false;
    }
  }

  let last = 0;
  setInterval(() => {
    const wait = document.hidden ? RESTING : EVERY;
    if (Date.now() - last < wait - 100) return;
    last = Date.now();
    look();
  }, EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

  /* What is left of a pitch, by the server's clock: the browser's own only says how much has passed since it was drawn. */
  setInterval(() => {
    for (const one of document.querySelectorAll("[data-until]")) {
      one.dataset.said ??= one.textContent;
      one.dataset.drawn ??= String(Date.now());
      const passed = Date.now() - Number(one.dataset.drawn);
      const left = Math.round((Date.parse(one.dataset.until) - Date.parse(one.dataset.now) - passed) / 1000);
      const span = `${Math.floor(Math.abs(left) / 60)}:${String(Math.abs(left) % 60).padStart(2, "0")}`;
      one.textContent = `${span} ${left < 0 ? "over" : "left"}, ${one.dataset.said}`;
    }
  }, 1000);

  /* Notes are saved by themselves: one save at a time, so that the next rests on the version that this one made. */
  const unsaved = () => [...document.querySelectorAll("[data-part][data-dirty] [data-autosave]")];
  const post = (form, more = {}) => fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, ...more });
  let pause = 0;
  let saving = false;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-autosave]");
    if (!form) return;
    form.closest("[data-part]").dataset.dirty = "1";
    clearTimeout(pause);
    pause = setTimeout(() => save(form), 700);
  });
  addEventListener("online", () => unsaved().forEach(save));
  addEventListener("pagehide", () => unsaved().forEach((form) => post(form, { keepalive: true }).catch(() => {})));

  async function save(form) {
    if (saving) return;
    saving = true;
    const said = form.querySelector(".saved");
    const sent = form.notes.value;
    let typedMore = false;
    try {
      const answer = await post(form);
      const told = await answer.json();
      if (answer.ok) {
        form.version.value = told.version;
        typedMore = form.notes.value !== sent;
        if (!typedMore) delete form.closest("[data-part]").dataset.dirty;
        said.textContent = "Saved.";
      } else {
        said.textContent = told.sentence;
      }
    } catch {
      said.textContent = "Not saved: no connection. What you typed is still here.";
    } finally {
      saving = false;
    }
    if (typedMore) save(form);
  }
})();
