// Notices: what went wrong with a request and what the server says beside its answer, in the page's live region.
(() => {
  "use strict";

  // In the reader's language, from the page: by status where one has words of its own.
  const words = (name) => JSON.parse(document.body.dataset.words)[name];

  // Good news goes by itself, unless somebody is at it.
  const SHOWN = 8000;

  function notice(text, tone = "danger") {
    const region = document.getElementById("notices");
    const template = document.querySelector(`template[data-notice="${CSS.escape(tone)}"]`);
    if (!region || !template) return;
    const box = template.content.firstElementChild.cloneNode(true);
    box.querySelector(".alert-text").textContent = text;
    box.querySelector("button").addEventListener("click", () => box.remove());
    // One failure repeated, as a search typed without a network, is told once.
    for (const old of region.children) if (old.textContent.trim() === text) old.remove();
    region.append(box);
    if (tone === "success" || tone === "info") {
      const leave = () => { if (box.matches(":hover, :focus-within")) setTimeout(leave, SHOWN); else box.remove(); };
      setTimeout(leave, SHOWN);
    }
    return box;
  }

  document.addEventListener("htmx:response:error", (event) => {
    const { status } = event.detail.ctx.response;
    const { redirect, refresh, location, trigger } = event.detail.ctx.hx;
    // 422 is the form with its errors, 409 the form beside what is stored; the others say it themselves.
    if (status === 422 || status === 409 || redirect || refresh || location || trigger) return;
    notice(words(status) ?? words(status >= 500 ? "server" : "other"));
  });

  // Also fired when a swap fails; only a request without an answer is a network failure.
  document.addEventListener("htmx:error", (event) => {
    const { ctx } = event.detail;
    if (ctx && !ctx.response) notice(words("network"));
  });

  // A live page's stream broke. It connects again by itself, unless the page is gone or the session over: loading the
  // page says which.
  let away = null;
  document.addEventListener("htmx:sse:error", (event) => {
    const { status } = event.detail;
    if (status === 401 || status === 404) location.reload();
    else away = notice(words("away"), "warning");
  });
  document.addEventListener("htmx:sse:after:connection", () => { away?.remove(); });

  // The server's own words: HX-Trigger: {"notice": {"text": "…", "tone": "success"}}
  document.addEventListener("notice", (event) => {
    if (event.detail?.text) notice(event.detail.text, event.detail.tone);
  });
})();
