/* What is typed about a tie and not handed in yet survives a closed tab: it is kept on this computer, for one person, one
   panel and one name, and stands in the form when that name is opened again. The page works without this file. */
"use strict";

(() => {
  const slot = (place) => `draft:${place.dataset.tie.replace(":", ":tie:")}`;
  const fields = (place) => [...place.querySelectorAll("select, textarea, input:not([type=hidden])")];

  function keep(place) {
    const words = Object.fromEntries(fields(place).map((one) => [one.name, one.value]));
    try {
      if (Object.values(words).some(Boolean)) localStorage.setItem(slot(place), JSON.stringify(words));
      else localStorage.removeItem(slot(place));
    } catch { /* nothing to keep it in */ }
  }
  function restore(place) {
    let words = null;
    try { words = JSON.parse(localStorage.getItem(slot(place))); } catch { /* nothing was kept */ }
    if (words) fields(place).filter((one) => !one.value).forEach((one) => { one.value = words[one.name] ?? ""; });
  }
  const begin = (place) => {
    restore(place);
    place.addEventListener("input", () => keep(place));
    place.addEventListener("submit", () => { try { localStorage.removeItem(slot(place)); } catch { /* nothing was kept */ } });
  };

  document.querySelectorAll("[data-tie]").forEach(begin);
  document.addEventListener("htmx:afterSwap", () => {
    document.querySelectorAll("[data-tie]:not([data-begun])").forEach((place) => { place.dataset.begun = "yes"; begin(place); });
  });
  document.querySelectorAll("[data-tie]").forEach((place) => { place.dataset.begun = "yes"; });
})();
