/* What is typed into a draft and has not reached the server yet, kept on this computer: for one person, one application
   (or one readiness form) and one question, with the version it was based on. Any page of the application sends what it finds. */
"use strict";

const { content: draft, dataset: { answers } } = document.querySelector("meta[name=draft]"); /* "<person>:<application>" */
const [person, application] = draft.split(":");
const csrf = () => document.querySelector("meta[name=csrf-token]").content;
const slot = (key) => `draft:${draft}:${key}`;

const kept = {
  of(key) {
    try { return JSON.parse(localStorage.getItem(slot(key))); } catch { return null; }
  },
  /* Whether this browser keeps it. */
  put(key, words) {
    try { localStorage.setItem(slot(key), JSON.stringify(words)); return true; } catch { return false; }
  },
  drop(key) {
    try { localStorage.removeItem(slot(key)); } catch { /* nothing was kept */ }
  },
  keys() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(slot(""))).map((name) => name.slice(slot("").length));
    } catch { return []; }
  },
};

/* Send what was kept for a question, and answer the response; one that is not ours says nothing about it. */
async function deliver(key, { entries, version }, more = {}) {
  const body = new FormData();
  entries.forEach(([name, value]) => body.append(name, value));
  body.append(`version-${key}`, version);
  body.append("csrf_token", csrf());
  return fetch(`${answers}/${key}`, { method: "POST", body, headers: { "HX-Request": "true" }, ...more });
}

/* Words of other sections, from an earlier visit. Two texts are chosen between in the section itself. */
async function deliverElsewhere(section) {
  for (const key of kept.keys()) {
    const words = kept.of(key);
    if (!words || words.section === section) continue;
    const answer = await deliver(key, words).catch(() => null);
    const isMine = JSON.stringify(kept.of(key)) === JSON.stringify(words); /* another tab may have kept more since */
    if (answer?.headers.has("HX-Trigger") && answer.status !== 409) isMine && kept.drop(key);
    else offer(words);
  }
}

function offer(words) {
  const link = document.createElement("a");
  Object.assign(link, { href: `/applications/${application}/sections/${words.section}`, textContent: `Open “${words.title}”` });
  say("Words you typed earlier are still only on this computer.", "warn", link);
}

addEventListener("DOMContentLoaded", () => deliverElsewhere(document.getElementById("section-form")?.dataset.section));
