/* Of a page with several forms, what was typed into the others when one is sent: kept for the page that follows alone, in
   this tab, and put back where the same question stands as it stood. Forms that save themselves need none of it. */
(() => {
  const TYPED = "typed";
  const written = "textarea, select:not([multiple]), input:is([type=text], [type=email], [type=url], [type=tel], [type=number], [type=date], [type=time], [type=datetime-local], [type=checkbox], [type=radio])";
  const ticked = (field) => ["checkbox", "radio"].includes(field.type);
  const now = (field) => ticked(field) ? field.checked : field.value;
  function before(field) {
    if (field.matches("select")) return ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value ?? "";
    return ticked(field) ? field.defaultChecked : field.defaultValue;
  }
  function fieldsOf(form) {
    const place = new URL(form.getAttribute("action") ?? "", location).pathname;
    return [...form.elements].filter((one) => one.name && one.matches(written))
      .map((field) => [[place, field.name, ticked(field) ? field.value : ""].join(" "), field]);
  }
  const others = (sent) => all("form[method=post]").filter((form) => form !== sent && !form.matches("[hx-post], :has([hx-post])"));
  const whose = () => document.querySelector("meta[name=csrf-token]")?.dataset.person ?? "";

  function keep(sent) {
    if (sent.getAttribute("action") === "/sign-out") return;
    const found = others(sent).flatMap(fieldsOf).filter(([, field]) => now(field) !== before(field));
    const fields = Object.fromEntries(found.map(([key, field]) => [key, [before(field), now(field)]]));
    try { if (found.length) sessionStorage.setItem(TYPED, JSON.stringify({ person: whose(), fields })); } catch { /* no room */ }
  }
  function putBack() {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(TYPED)); sessionStorage.removeItem(TYPED); } catch { /* nothing was kept */ }
    if (!kept || kept.person !== whose()) return;
    others(null).flatMap(fieldsOf).forEach(([key, field]) => {
      const [was, words] = kept.fields[key] ?? [];
      if (words === undefined || before(field) !== was || now(field) !== was) return;
      if (ticked(field)) field.checked = words;
      else field.value = words;
      const box = field.closest("details");
      if (box) box.open = true;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  /* house.js, which comes first, says whether the form goes out. */
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent && !event.defaultPrevented) keep(event.target);
  });
  addEventListener("DOMContentLoaded", putBack);
})();
