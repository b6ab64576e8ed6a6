/* Tables of cells: pasted from a spreadsheet as a block, gone through with the arrow keys. Without this file one types. */
"use strict";

const cellsOf = (grid) => all("tr", grid).map((row) => all("input.input", row)).filter((row) => row.length);

function placeIn(rows, cell) {
  const row = rows.findIndex((one) => one.includes(cell));
  return [row, rows[row].indexOf(cell)];
}

document.addEventListener("paste", (event) => {
  const grid = event.target.closest("[data-grid]");
  const text = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "") || "";
  if (!grid || !event.target.matches("input.input") || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const rows = cellsOf(grid);
  const [top, left] = placeIn(rows, event.target);
  let put = 0, without = 0;
  text.split("\n").forEach((line, down) => line.split("\t").forEach((value, along) => {
    const cell = rows[top + down]?.[left + along];
    if (!cell) { without += 1; return; }
    cell.value = value.trim();
    put += 1;
  }));
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
  if (without) say(`${put} cells were pasted; ${without} had no place in the table.`, "warn");
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
  const grid = step && event.target.closest("[data-grid]");
  if (!grid || !event.target.matches("input.input") || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault(); /* the return key goes down a column here, and does not send the form */
  const rows = cellsOf(grid);
  const [row, column] = placeIn(rows, event.target);
  const next = rows[row + step]?.[column];
  next?.focus();
  next?.select();
});
