// Values to be taken along: a button that copies, where the browser lets us.
(() => {
  "use strict";

  // How long the button says that it is done.
  const SAID = 3000;

  async function copy(input) {
    // Over plain http, beyond this machine, there is no clipboard; what is selected can be copied all the same.
    if (navigator.clipboard) return navigator.clipboard.writeText(input.value);
    input.select();
    if (!document.execCommand("copy")) throw new Error("nothing was copied");
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copies]");
    if (!button) return;
    const box = button.closest("[data-copyable]");
    const input = box.querySelector("input");
    const status = box.querySelector("[data-copied]");
    try {
      await copy(input);
    } catch {
      // Selected, it takes one key more.
      input.select();
      return;
    }
    const words = button.lastChild;
    box.dataset.label ??= words.data;
    words.data = status.textContent = status.dataset.copied;
    setTimeout(() => { words.data = box.dataset.label; status.textContent = ""; }, SAID);
  });

  function enhance() {
    for (const button of document.querySelectorAll("[data-copies][hidden]")) button.hidden = false;
  }

  document.addEventListener("DOMContentLoaded", enhance);
  document.addEventListener("htmx:after:swap", enhance);
})();
