// Finding one's name at a shared terminal. Without this file the whole list stands there, and works.
"use strict";

(() => {
  const FORGET = 60_000; // a name somebody picked and left is not shown to the next for long
  const form = document.getElementById("sign-in");
  if (!form) return;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const code = document.getElementById("code");
  const names = Array.from(form.querySelectorAll(".names label"));

  const plain = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

  function filter() {
    const parts = plain(search.value).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const name of names) {
      const isMeant = parts.every((part) => plain(name.textContent).includes(part));
      name.hidden = !isMeant && !name.querySelector("input").checked;
      left += isMeant;
    }
    found.textContent = !parts.length ? "" : left === 1 ? "One name." : left ? `${left} names.` : "Nobody with a code has this name. Ask the person who runs the coach here.";
  }

  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // not the code yet
    const left = names.filter((name) => !name.hidden);
    if (left.length === 1) choose(left[0].querySelector("input"));
  });

  function choose(input) {
    input.checked = true;
    code.focus({ preventScroll: true });
  }

  // With the mouse or a finger a name is chosen for good; with the arrow keys one is only passing by.
  form.querySelector(".names").addEventListener("click", (event) => {
    if (event.detail > 0 && event.target.matches("input")) code.focus({ preventScroll: true });
  });
  if (names.some((name) => name.querySelector("input").checked)) code.focus({ preventScroll: true }); // once more

  let timer = 0;
  function used() {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace("/chat"), FORGET);
  }
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, used);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
