// Rows of a list: those that are ticked, and where the focus goes when one of them was changed or deleted.
(() => {
  "use strict";

  // ---- Ticked rows: how many, and all that are shown.

  function count(list) {
    const boxes = [...list.querySelectorAll(".tick")];
    const ticked = boxes.filter((box) => box.checked).length;
    for (const label of list.querySelectorAll(".tick-all")) {
      label.hidden = boxes.length === 0;
      const all = label.querySelector("input");
      all.checked = boxes.length > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    const words = list.querySelector(".ticked-count");
    if (!words) return;
    words.hidden = false;
    words.querySelector("[data-rows-ticked]").textContent = ticked;
  }

  document.addEventListener("change", (event) => {
    const list = event.target.closest?.("[data-ticks]");
    if (!list || !event.target.matches(".tick, [data-tick-rows]")) return;
    if (event.target.matches("[data-tick-rows]")) {
      for (const box of list.querySelectorAll(".tick")) box.checked = event.target.checked;
    }
    count(list);
  });

  const countAll = () => { for (const list of document.querySelectorAll("[data-ticks]")) count(list); };
  document.addEventListener("DOMContentLoaded", countAll);

  // ---- The focus. A row that is swapped takes what had it along; then it would be nowhere.

  let left = null;

  document.addEventListener("htmx:before:swap", (event) => {
    const source = event.detail.ctx?.sourceElement;
    const row = source?.closest?.("tr[id]");
    if (source?.closest?.(".ticked-bar")) left = { id: "", next: null, previous: null };
    else left = row && { id: row.id.replace(/-editor$/, ""), next: row.nextElementSibling, previous: row.previousElementSibling };
  });

  document.addEventListener("htmx:after:swap", () => {
    countAll();
    if (!left || (document.activeElement && document.activeElement !== document.body)) return;
    const rows = [document.getElementById(left.id), left.next, left.previous].filter((row) => row?.isConnected);
    const edit = rows.map((row) => row.querySelector("[data-edit]") ?? row.querySelector("a, button")).find((found) => found);
    // Of many that are gone the list's first row is next; of the last one, what makes a new one.
    (edit ?? document.querySelector(".tick") ?? document.querySelector("[data-opens]"))?.focus();
    left = null;
  });
})();
