// What htmx and the browser do not do by themselves. Everything on the site works without this file and those beside it.
// They are loaded in the head, as one and not deferred.
(() => {
  "use strict";

  // ---- The browser's time zone, where nobody has chosen one yet.

  // The times that the form came with were made in UTC, where the zone was not known; in the browser's they are the
  // same moments. What somebody has typed stays.
  function toBrowserTime(form) {
    const two = (number) => String(number).padStart(2, "0");
    for (const input of form?.querySelectorAll("input[type=datetime-local]") ?? []) {
      const moment = new Date(`${input.defaultValue}Z`);
      if (input.value !== input.defaultValue || Number.isNaN(moment.getTime())) continue;
      input.value = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
    }
  }

  function fillZones(root) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone) return;
    for (const select of root.querySelectorAll("select[data-browser-zone]")) {
      const known = [...select.options].find((option) => option.value.toLowerCase() === zone.toLowerCase());
      // Browsers also report older names (Asia/Calcutta), which the list may lack and the server knows.
      if (!known) select.add(new Option(zone, zone));
      select.value = known?.value ?? zone;
      select.removeAttribute("data-browser-zone");
      toBrowserTime(select.form);
      // What depends on the form is told, as if somebody had chosen.
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  // ---- Pickers: tick all, and how many are ticked.

  function countTicks(picker) {
    const boxes = [...picker.querySelectorAll(".picker-list input[type=checkbox]")];
    const ticked = boxes.filter((box) => box.checked).length;
    picker.querySelector("[data-tick-count]").textContent = ticked;
    picker.querySelector("[data-choice-count]").textContent = boxes.length;
    const all = picker.querySelector("[data-tick-all]");
    all.checked = boxes.length > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    picker.querySelector("[data-tick-all-label]").hidden = boxes.length === 0;
  }

  document.addEventListener("change", (event) => {
    const picker = event.target.closest?.("[data-picker]");
    if (!picker) return;
    if (event.target.matches("[data-tick-all]")) {
      for (const box of picker.querySelectorAll(".picker-list input[type=checkbox]")) box.checked = event.target.checked;
    }
    countTicks(picker);
  });

  // A search's answer has the ticks of the moment it was asked for. Those of now go over into it, with those that it does not list.
  function keepTicks(shown, coming) {
    const boxes = (picker) => [...picker.querySelectorAll(".picker-list input[type=checkbox]")];
    const answered = new Map(boxes(coming).map((box) => [box.value, box]));
    for (const box of boxes(shown)) {
      const other = answered.get(box.value);
      if (other) other.checked = box.checked;
      else if (box.checked) {
        const item = document.importNode(box.closest(".picker-item"), true);
        item.querySelector("input").checked = true;
        coming.querySelector(".picker-list").append(item);
      }
    }
  }

  document.addEventListener("htmx:before:swap", (event) => {
    for (const { target, fragment } of event.detail.tasks ?? []) {
      const shown = target?.querySelector?.("[data-picker]");
      const coming = fragment?.querySelector?.("[data-picker]");
      if (shown && coming) keepTicks(shown, coming);
    }
  });

  // ---- Rows edited in a list.

  document.addEventListener("click", (event) => {
    // A new row's "Cancel": it was never stored, so it just goes.
    const cancel = event.target.closest?.("[data-removes-row]");
    if (cancel) {
      event.preventDefault();
      cancel.closest("tr").remove();
      document.querySelector("[data-opens]")?.focus();
      return;
    }
    // "New …" a second time leads to the row that is open already. Before htmx hears of the click.
    const opener = event.target.closest?.("[data-opens]");
    const open = opener && document.querySelector(opener.dataset.opens);
    if (open) {
      event.preventDefault();
      event.stopPropagation();
      open.querySelector("input:not([type=hidden])")?.focus();
    }
  }, true);

  // The question before a deletion has been answered; left open it would lie over the reason of a refusal.
  document.addEventListener("htmx:after:request", (event) => {
    event.target.closest?.("[popover]")?.hidePopover();
  });

  // Enter in a search inside a larger form searches, which typing has done, and does not send the form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-no-submit]")) event.preventDefault();
  });

  // ---- Forms sent without htmx are sent once.

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // htmx has taken this one (it prevents the default), or something refused it.
    if (event.defaultPrevented || form.method === "dialog" || form.target) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "true";
    // After the browser has collected the fields: a disabled button's own value would not be sent.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
    });
  });

  // Back from the next page, the browser may show this one as it was left: sending, buttons disabled.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sending]")) {
      delete form.dataset.sending;
      for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
    }
  });

  // ---- After every page load and every swap.

  function enhance(root) {
    fillZones(root);
    for (const picker of root.querySelectorAll("[data-picker]")) countTicks(picker);
  }

  function focusFirstError(root) {
    (root.querySelector("[aria-invalid=true]") ?? document.querySelector("[aria-invalid=true]"))?.focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    enhance(document);
    if (document.querySelector("[aria-invalid=true]")) focusFirstError(document);
  });

  document.addEventListener("htmx:after:swap", (event) => {
    enhance(document);
    if (event.detail.ctx?.response?.status === 422) focusFirstError(event.target);
  });
})();
