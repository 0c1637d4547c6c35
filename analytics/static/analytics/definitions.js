// Opens the entry that the address names.
"use strict";

(() => {
  function open() {
    const entry = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (entry?.matches("details")) {
      entry.open = true;
      entry.scrollIntoView();
    }
  }

  window.addEventListener("hashchange", open);
  open();
})();
