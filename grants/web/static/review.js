/* Keys and care for the scorecard. The page works without this file: it is one form, and another for private notes. */
"use strict";

(() => {
  const form = document.getElementById("card");
  const paper = document.getElementById("document");
  const keys = document.getElementById("keys");
  const helper = document.querySelector("[data-key='?']");
  const criteria = form ? [...form.querySelectorAll("[data-criterion]")] : [];
  const sections = paper ? [...paper.querySelectorAll("section[id^=read-]")] : [];

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  /* ── document or scorecard, where there is no room for both: each keeps its place ── */
  const desk = document.getElementById("desk");
  const shows = [...document.querySelectorAll("[data-show]")];
  const places = { document: 0, card: 0 };
  const narrow = matchMedia("(max-width: 1000px)");

  function show(what) {
    if (!desk || desk.dataset.view === what) return;
    places[desk.dataset.view] = scrollY;
    desk.dataset.view = what;
    shows.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.show === what)));
    if (narrow.matches) scrollTo(0, places[what]);
  }
  if (desk) {
    document.documentElement.classList.add("switching");
    document.querySelector(".switch").hidden = false;
    shows.forEach((one) => one.addEventListener("click", () => show(one.dataset.show)));
    const reveal = (id) => {
      const target = id && document.getElementById(id);
      if (target && desk.contains(target)) show(paper.contains(target) ? "document" : "card");
      return target;
    };
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const target = link && reveal(link.hash.slice(1));
      const criterion = target?.closest("[data-criterion]");
      if (!criterion) return;
      event.preventDefault();
      if (target.tagName === "TEXTAREA") explain(criterion);
      else goTo(criterion);
    });
    if (document.querySelector(".error-summary, .desk .callout.bad")) show("card");
    else reveal(location.hash.slice(1));
  }

  /* ── criteria and sections ── */
  const marksOf = (criterion) => [...criterion.querySelectorAll("input[type=radio]")];
  const isMarked = (criterion) => marksOf(criterion).some((mark) => mark.checked) || Boolean(criterion.querySelector("select")?.value);
  const current = () => criteria.find((one) => one.contains(document.activeElement)) || criteria.find((one) => !isMarked(one)) || criteria[0];

  /* To a criterion: its chosen mark, or its first. */
  function goTo(criterion) {
    if (!criterion) return;
    show("card");
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
    show("card");
    wanted.checked = true;
    wanted.focus();
    for (const kind of ["input", "change"]) wanted.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  function explain(criterion) {
    const why = criterion?.querySelector(".why");
    if (!why) return;
    show("card");
    why.open = true;
    why.querySelector("textarea").focus();
  }

  /* To a section: the focus goes along, so that a reader on screen goes on from there, and J and K come back. */
  function read(section) {
    if (!section) return;
    show("document");
    section.scrollIntoView({ block: "start" });
    section.focus({ preventScroll: true });
  }

  function turn(by) {
    const at = sections.findIndex((one) => one.getBoundingClientRect().bottom > 80);
    read(sections[Math.min(Math.max((at < 0 ? sections.length : at) + by, 0), sections.length - 1)]);
  }

  function readFor(criterion) {
    const link = criterion?.querySelector(".read a");
    read(link && document.getElementById(link.hash.slice(1)));
  }

  const press = (key) => document.querySelector(`[data-key=${key}]`)?.click();
  const acts = {
    j: () => step(1), k: () => step(-1), a: () => mark(0), c: () => explain(current()), r: () => readFor(current()),
    "]": () => turn(1), "[": () => turn(-1), n: () => press("n"), p: () => press("p"), "?": () => keys?.showModal(),
  };

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

  /* A mark that asks for a comment opens the place for it: below a mark, and for a no where that is asked of anything. */
  form?.addEventListener("change", (event) => {
    const criterion = event.target.closest("[data-below]");
    if (!criterion || !event.target.matches("[type=radio]")) return;
    const level = event.target.value === "no" ? 0 : Number(event.target.value);
    if (level < Number(criterion.dataset.below)) criterion.querySelector(".why").open = true;
  });

  /* ── saving: each form on its own, kept on this computer until the server has it ── */
  const person = document.querySelector("meta[name=csrf-token]")?.dataset.person;
  [form, document.getElementById("notes-form"), ...document.querySelectorAll("form[data-row]")].filter((sheet) => sheet?.querySelector("[hx-post]")).forEach(pad);

  function pad(sheet) {
    const saver = sheet.querySelector("[hx-post]");
    const version = () => sheet.querySelector("[type=hidden][id$=version]");
    const slot = `review:${person}:${saver.getAttribute("hx-post")}`;
    const told = new Set(["csrf_token", version().name]);
    const words = () => [...new FormData(sheet)].filter(([name, value]) => !told.has(name) && value !== "");
    const says = (line) => JSON.stringify(line);
    let saving = 0;
    let waiting = null;
    let leaving = false;
    let flying = null; /* what the last request took along, which may have arrived unheard */
    let sent = says(words());

    const keep = () => {
      try { localStorage.setItem(slot, says({ version: version().value, words: words(), flying })); } catch { /* nothing to keep it in */ }
    };
    const drop = () => {
      try { localStorage.removeItem(slot); } catch { /* nothing was kept */ }
    };
    const isSaved = () => says(words()) === sent;
    const save = () => saver.dispatchEvent(new CustomEvent("kept", { bubbles: false }));

    const typed = (event) => { if (event.target.form === sheet) keep(); };
    for (const kind of ["input", "change"]) document.addEventListener(kind, typed);

    saver.addEventListener("htmx:beforeRequest", (event) => {
      saving += 1;
      flying = event.detail.xhr.words = says(words());
      if (!isSaved()) keep();
    });
    saver.addEventListener("htmx:afterRequest", (event) => {
      saving = Math.max(0, saving - 1);
      const { xhr, successful } = event.detail;
      if (successful) {
        sent = xhr.words;
        if (isSaved()) drop();
      } else if (!xhr.status) {
        say("Not saved yet: no connection. It is kept on this computer, and sent when you are back.");
      }
      if (waiting && !saving) sheet.requestSubmit(waiting);
    });
    /* A save that was refused says so in its own line as well; the line is told of it, and not who asked. */
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.requestConfig.elt === saver && [409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
    });

    /* Submitting waits for the save that is under way, so that the two never cross. */
    sheet.addEventListener("submit", (event) => {
      if (saving && !waiting) {
        event.preventDefault();
        event.stopPropagation();
        waiting = event.submitter;
      } else {
        leaving = true;
      }
    });

    /* A page that is left sends what it holds; what arrives nowhere is found here by the next visit. */
    addEventListener("pagehide", () => {
      if (leaving || isSaved()) return;
      fetch(saver.getAttribute("hx-post"), { method: "POST", body: new FormData(sheet), keepalive: true, headers: { "HX-Request": "true" } }).catch(() => {});
    });
    addEventListener("online", () => { if (!isSaved()) save(); });

    const say = (sentence) => {
      const line = document.getElementById(saver.getAttribute("hx-target").slice(1));
      line.innerHTML = "";
      line.append(Object.assign(document.createElement("b"), { className: "t-warn", textContent: sentence }));
    };

    /* What an earlier visit left here: taken up where nothing else was saved since, and shown beside it otherwise. */
    const restore = () => {
      let left = null;
      try { left = JSON.parse(localStorage.getItem(slot)); } catch { /* nothing was kept */ }
      if (!left) return;
      if (says(left.words) === sent) return drop();
      const fields = new Map(left.words);
      for (const field of sheet.elements) {
        if (!field.name || told.has(field.name) || field.type === "hidden" || field.tagName === "BUTTON") continue;
        if (field.type === "radio") field.checked = fields.get(field.name) === field.value;
        else field.value = fields.get(field.name) || "";
        if (fields.get(field.name)) field.closest("details")?.setAttribute("open", "");
      }
      if (left.version === version().value || left.flying === sent) return save();
      version().value = left.version;
      drop();
      leaving = true;
      sheet.requestSubmit(sheet.querySelector("[value=save]") || undefined);
    };
    /* A page that says itself what was typed, after a refusal, is not to be filled again. */
    if (document.querySelector(".error-summary, .callout.bad")) drop();
    else addEventListener("load", restore);
  }

  /* ── the grid: marks by number, arrows from cell to cell ── */
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".grid td");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const choice = cell.querySelector("select");
    if (event.target.tagName === "TEXTAREA" && event.key === "Escape") choice.focus();
    if (event.target !== choice) return;
    const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const chosen = event.key === "a" ? "abstain" : !/^[0-9]$/.test(event.key) ? undefined
      : [...choice.options].some((one) => one.value === event.key) ? event.key
      : isNaN(choice.options[1].value) ? choice.options[Number(event.key)]?.value : undefined;
    if (along || down) {
      let row = cell.parentElement;
      if (down) do row = down < 0 ? row.previousElementSibling : row.nextElementSibling; while (row && !row.querySelector("select"));
      row?.cells[cell.cellIndex + (along || 0)]?.querySelector("select")?.focus();
    } else if (chosen !== undefined) {
      choice.value = chosen;
      for (const kind of ["input", "change"]) choice.dispatchEvent(new Event(kind, { bubbles: true }));
    } else if (event.key === "c") {
      cell.querySelector("details").open = true;
      cell.querySelector("textarea").focus();
    } else {
      return;
    }
    event.preventDefault();
  });
})();
