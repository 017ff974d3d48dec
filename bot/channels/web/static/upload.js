// Files: chosen, looked over, sent with progress; sent again with the same event_id until they are acknowledged.
"use strict";

(() => {
  const coach = globalThis.coach;
  const FAULTS_BEFORE_GIVING_UP = 3;
  const chosen = new WeakMap(); // form -> the files that will be sent

  const filesOf = (form) => chosen.get(form) ?? [];
  const formOf = (element) => element.closest?.("form[data-upload]");

  document.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (!form || event.target.type !== "file") return;
    const known = new Set(filesOf(form).map(nameOf));
    const added = Array.from(event.target.files).filter((file) => !known.has(nameOf(file)));
    event.target.value = ""; // the same file can be chosen again after it was removed
    choose(form, [...filesOf(form), ...added]);
  });

  const nameOf = (file) => `${file.name}|${file.size}|${file.lastModified}`;

  function choose(form, files) {
    chosen.set(form, files);
    form.querySelector(".chosen").replaceChildren(...files.map((file) => item(form, file)));
    form.querySelector("button[type=submit]").hidden = files.length === 0;
    form.querySelector(".pick .label").textContent = files.length ? "Choose more files" : "Choose files";
    coach.refuse(problemWith(form, files));
    form.scrollIntoView({ block: "nearest" });
  }

  function item(form, file) {
    const line = document.createElement("li");
    const name = Object.assign(document.createElement("span"), { className: "file-name", textContent: file.name });
    const size = Object.assign(document.createElement("small"), { textContent: sizeOf(file.size) });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "Remove" });
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => {
      choose(form, filesOf(form).filter((each) => each !== file));
      form.querySelector("input[type=file]").focus();
    });
    line.append(name, size, remove);
    return line;
  }

  const sizeOf = (bytes) => (bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

  function problemWith(form, files) {
    const most = Number(form.dataset.most);
    const largest = Number(form.dataset.largest);
    const empty = files.find((file) => file.size === 0);
    if (files.length > most) return `That is ${files.length} files; ${most} can be sent. Please remove some.`;
    if (empty) return `“${empty.name}” is empty. Please remove it.`;
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (total > largest) return `That is ${sizeOf(total)}; ${largest / 1_000_000} MB can be sent at once. Please remove some.`;
    return "";
  }

  document.addEventListener("submit", (event) => {
    const form = formOf(event.target);
    if (!form) return;
    event.preventDefault();
    const files = filesOf(form);
    const problem = files.length ? problemWith(form, files) : "There is no file yet. Choose one, then send.";
    if (problem) return coach.refuse(problem);
    if (coach.begin()) send(form, files);
  });

  function send(form, files) {
    const body = new FormData();
    body.set("event_id", coach.newId());
    body.set("about", form.dataset.about);
    for (const file of files) body.append("file", file, file.name);
    const sending = { form, body, tries: 0, faults: 0, request: null, timer: 0 };
    form.querySelector("[data-cancel]").onclick = () => cancel(sending);
    busy(form, true);
    attempt(sending);
  }

  function attempt(sending) {
    const request = (sending.request = new XMLHttpRequest());
    const bar = sending.form.querySelector("progress");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    });
    request.addEventListener("loadend", () => {
      if (sending.request === request) answered(sending, request.status, request.responseText);
    });
    request.open("POST", "/chat/upload");
    request.setRequestHeader("X-Coach-Form", coach.formToken());
    request.send(sending.body);
  }

  function answered(sending, status, words) {
    if (status === 204) {
      choose(sending.form, []);
      return finish(sending, true);
    }
    if (status === 500) sending.faults += 1;
    const mayComeRight = status === 0 || status === 408 || status >= 500;
    if (mayComeRight && sending.faults < FAULTS_BEFORE_GIVING_UP) {
      if (status === 0) coach.connectionLost();
      else if (sending.tries === 0) refuseAsSaid(words);
      sending.tries += 1;
      const wait = Math.min(8000, 500 * 2 ** sending.tries) * (0.75 + Math.random() / 2);
      sending.timer = setTimeout(() => attempt(sending), wait);
      return;
    }
    finish(sending, false);
    refuseAsSaid(words);
    if (status === 401) coach.signedOut();
  }

  // The server's own sentence, as text.
  function refuseAsSaid(words) {
    const page = new DOMParser().parseFromString(words, "text/html");
    coach.refuse(page.querySelector(".refused")?.textContent || "The files did not arrive. Please send them again.");
  }

  function cancel(sending) {
    clearTimeout(sending.timer);
    const { request } = sending;
    sending.request = null;
    request.abort();
    finish(sending, false);
    coach.refuse("Cancelled. The files are still chosen.");
    sending.form.querySelector("button[type=submit]").focus();
  }

  function finish(sending, isSent) {
    busy(sending.form, false);
    coach.end(isSent);
  }

  function busy(form, isBusy) {
    form.querySelector(".sending-files").hidden = !isBusy;
    form.querySelector("progress").value = 0;
    for (const control of form.querySelectorAll(".chosen button, input[type=file]")) control.disabled = isBusy;
    form.querySelector(".pick").hidden = isBusy;
    form.querySelector("button[type=submit]").hidden = isBusy || filesOf(form).length === 0;
    if (isBusy) form.querySelector("[data-cancel]").focus();
  }
})();
