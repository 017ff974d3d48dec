// Copy buttons: the value goes to the clipboard as it stands; where that is not allowed, it is selected.
"use strict";

(() => {
  const announce = (words) => {
    const status = document.getElementById("said");
    status.textContent = "";
    status.textContent = words;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-copy]");
    if (!button) return;
    const value = button.closest("div").querySelector(".value");
    const { label } = button.dataset;
    try {
      await navigator.clipboard.writeText(value.textContent);
      say(button, "Copied", `Copied: ${label}`);
    } catch {
      getSelection().selectAllChildren(value);
      say(button, "Selected", `${label} is selected. Press Ctrl and C to copy it.`);
    }
  });

  function say(button, words, aloud) {
    for (const other of document.querySelectorAll("button[data-copy][data-done]")) {
      if (other !== button && other.firstChild.textContent === "Selected") reset(other);
    }
    button.firstChild.textContent = words;
    button.dataset.done = "";
    announce(aloud);
    if (words === "Copied") setTimeout(() => reset(button), 4000);
  }

  function reset(button) {
    button.firstChild.textContent = "Copy";
    delete button.dataset.done;
  }
})();
