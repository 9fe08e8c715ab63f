// Drag and drop, and how far an upload is. Without this file the form posts by itself.
"use strict";

(() => {
  const form = document.getElementById("upload-form");
  if (!form) return;
  const words = form.dataset;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector(".drop");
  const button = form.querySelector("button");
  const problem = document.getElementById("upload-problem");
  const status = document.getElementById("upload-status");
  const bar = document.getElementById("upload-progress");

  const showChosen = () => {
    const files = input.files;
    problem.textContent = "";
    if (files.length === 0) status.textContent = "";
    else if (files.length === 1) status.textContent = words.one.replace("{name}", files[0].name);
    else status.textContent = words.many.replace("{count}", files.length.toLocaleString("en"));
  };

  const setBusy = (busy) => {
    button.disabled = busy;
    bar.hidden = !busy;
    form.setAttribute("aria-busy", String(busy));
  };

  const showProblem = (text) => {
    setBusy(false);
    status.textContent = "";
    problem.textContent = text;
  };

  // The server answers an error as problem+json, or as a page of its own.
  const problemOf = (request) => {
    try {
      return JSON.parse(request.responseText).detail || words.broken;
    } catch {
      return words.broken;
    }
  };

  const send = () => {
    const request = new XMLHttpRequest();
    let told = -1;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      bar.value = percent;
      // A screen reader need not hear every percent.
      if (percent === 100) status.textContent = words.reading;
      else if (percent - told >= 10 || told < 0) {
        told = percent;
        status.textContent = words.sending.replace("{percent}", String(percent));
      }
    });
    request.addEventListener("load", () => {
      if (request.status < 400) window.location.assign(request.responseURL);
      else showProblem(problemOf(request));
    });
    request.addEventListener("error", () => showProblem(words.broken));
    request.open("POST", form.action);
    request.send(new FormData(form));
    setBusy(true);
  };

  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    showChosen();
  });
  // A file dropped beside the zone must not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
  input.addEventListener("change", showChosen);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.files.length === 0) showProblem(words.none);
    else send();
  });
  // Back from the import's page: the browser may bring this one back as it was left.
  window.addEventListener("pageshow", () => {
    setBusy(false);
    showChosen();
  });
})();
