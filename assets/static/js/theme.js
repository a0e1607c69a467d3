// The theme of the reader's system, where they have chosen none themselves: a choice stands in the page already.
// Runs in the head, before anything is painted.
(() => {
  "use strict";

  const { dataset } = document.documentElement;
  if (dataset.bsTheme) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  // Also when the system changes it at dusk.
  dark.addEventListener("change", follow);
})();
