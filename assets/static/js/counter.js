// How long a text is that search engines cut: kept while one types.
(() => {
  "use strict";

  document.addEventListener("input", (event) => {
    const count = document.querySelector(`[data-counts="${event.target.id}"]`);
    if (count) count.textContent = [...event.target.value.trim()].length;
  });
})();
