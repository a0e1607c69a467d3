// A thin bar at the top while htmx waits for an answer, once that takes longer than a blink.
(() => {
  "use strict";

  const PATIENCE = 300;
  const waiting = new Set();
  let timer = null;

  function show() {
    const bar = document.getElementById("busy");
    if (bar) bar.hidden = waiting.size === 0;
  }

  function begin(event) {
    waiting.add(event.detail.ctx);
    timer ??= setTimeout(show, PATIENCE);
  }

  // With the answer's head: a live page's answer has no end.
  function end(event) {
    waiting.delete(event.detail.ctx);
    if (waiting.size > 0) return;
    clearTimeout(timer);
    timer = null;
    show();
  }

  document.addEventListener("htmx:before:request", begin);
  for (const over of ["htmx:before:response", "htmx:finally:request", "htmx:error"]) document.addEventListener(over, end);
})();
