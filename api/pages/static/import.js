// Looks again while an import runs, in place. Without this file the page reloads itself.
"use strict";

(() => {
  const status = document.getElementById("import-status");

  const look = async () => {
    const shown = document.getElementById("import");
    try {
      const answer = await fetch(window.location.href);
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = document.importNode(page.getElementById("import"), true);
        shown.replaceWith(fresh);
        status.textContent = fresh.querySelector("#progress").textContent;
      }
    } catch {
      // The server may be starting again: the next look will tell.
    }
    again();
  };

  const again = () => {
    const seconds = Number(document.getElementById("import").dataset.refreshS);
    if (seconds) window.setTimeout(look, seconds * 1000);
  };

  again();
})();
