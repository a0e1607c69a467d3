// A post's pictures: what stands for one in the text, copied; and the file field, empty again once its files were taken.
(() => {
  "use strict";

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    // Only where the site is served over HTTPS or from this machine; otherwise as browsers have always done it.
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
    document.dispatchEvent(new CustomEvent("notice", { detail: { text: button.dataset.copied, tone: "success" } }));
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement, response } = event.detail.ctx ?? {};
    if (response?.status === 200 && sourceElement?.matches?.("form[data-forgets]")) sourceElement.reset();
  });
})();
