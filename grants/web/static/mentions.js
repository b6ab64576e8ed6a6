/* An @ in a comment offers the people who read the section. text-expander.js draws the list and hears the keys; it is
   fetched once somebody begins to write a comment. */
"use strict";

const { expander } = document.currentScript.dataset;

for (const place of document.querySelectorAll("text-expander")) {
  place.addEventListener("focusin", () => import(expander), { once: true });
  const people = JSON.parse(place.dataset.people);
  place.addEventListener("text-expander-change", ({ detail: { provide, text } }) => {
    const list = offered(people.filter((name) => begins(name, text)));
    provide(Promise.resolve({ matched: list.childElementCount > 0, fragment: list }));
  });
  /* A textarea keeps its own role: ARIA in HTML allows it no other. */
  place.addEventListener("text-expander-activate", () => queueMicrotask(() => {
    for (const name of ["role", "aria-expanded"]) place.querySelector("textarea").removeAttribute(name);
  }));
  place.addEventListener("text-expander-value", ({ detail }) => { detail.value = `@${detail.item.textContent}`; });
}

/* Whether one of the words of a name begins like what was typed. */
function begins(name, text) {
  const wanted = text.trim().toLowerCase();
  return ` ${name.toLowerCase()}`.includes(` ${wanted}`) && name.toLowerCase() !== wanted;
}

function offered(names) {
  const list = document.createElement("ul");
  list.className = "offered";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "People");
  for (const [number, name] of names.slice(0, 6).entries()) {
    const one = document.createElement("li");
    Object.assign(one, { id: `offered-${number}`, textContent: name });
    one.setAttribute("role", "option");
    list.append(one);
  }
  return list;
}
