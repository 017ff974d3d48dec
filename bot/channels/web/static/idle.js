// A shared terminal locks and clears itself when nobody uses it. The server does so too, by its own clock.
"use strict";

(() => {
  const page = document.querySelector("[data-idle]");
  const notice = document.getElementById("idle");
  const IDLE = Number(page.dataset.idle) * 1000;
  const WARNING = Math.min(20_000, IDLE / 3);
  const TELL_SERVER = Math.min(20_000, IDLE / 6); // more often than the server could take somebody for gone

  let usedAt = Date.now();
  let toldAt = Date.now();
  let isLocked = false;

  function used() {
    if (isLocked) return;
    const now = Date.now();
    if (now - usedAt >= IDLE) return lock(); // the machine slept, or the tab did: it is somebody else's turn
    usedAt = now;
    if (notice.textContent) notice.textContent = "";
    if (now - toldAt > TELL_SERVER) {
      toldAt = now;
      fetch("/chat/here").then((answer) => answer.status === 401 && lock(), () => {});
    }
  }

  function look() {
    if (isLocked) return;
    const left = IDLE - (Date.now() - usedAt);
    if (left <= 0) return lock();
    if (left <= WARNING && !notice.textContent) notice.textContent = "This terminal is about to lock. Touch it, or press a key, to stay.";
  }

  function lock() {
    if (isLocked) return;
    isLocked = true;
    clear();
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/sign-out";
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "csrf", value: page.dataset.csrf }));
    document.body.append(form);
    form.submit();
  }

  // Nobody is there to be asked whether the page may be left, though something of theirs is still being sent.
  addEventListener("beforeunload", (event) => isLocked && event.stopImmediatePropagation(), { capture: true });

  // Nothing of this person may be seen by the next, whatever the browser keeps.
  function clear() {
    document.body.replaceChildren();
    document.title = "Locked";
  }

  // The link for the phone stands in a dialog of the page: nothing of it is left in the browser's history.
  const phone = document.getElementById("phone");
  const code = document.getElementById("phone-code");
  document.addEventListener("htmx:after:swap", () => {
    if (code.childElementCount && !phone.open) phone.showModal();
  });
  phone.addEventListener("close", () => code.replaceChildren());
  document.getElementById("phone-close").addEventListener("click", () => phone.close());

  for (const kind of ["pointerdown", "pointermove", "keydown", "touchstart", "wheel"]) addEventListener(kind, used, { passive: true });
  addEventListener("pagehide", clear);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  document.addEventListener("visibilitychange", look);
  document.addEventListener("coach:signed-out", lock);
  setInterval(look, 1000);
})();
