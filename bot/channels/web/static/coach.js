// The chat page: sends once and again until it is acknowledged, shows new lines, and keeps one question open.
// htmx posts the forms and holds the stream; this file decides what that means for the person. Files are sent by
// upload.js, in the same turn as words.
"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const lines = $("lines");
  const stream = $("stream");
  const composer = $("composer");
  const box = $("text");
  const connectionNotice = $("connection");
  const refusal = $("refusal");
  const SAY = "/chat/say";
  const SILENCE = 40_000; // the server beats every 15 seconds
  const FAULTS_BEFORE_GIVING_UP = 3;

  let last = Number(lines.dataset.last);

  // --- Sending: one message at a time, the same event_id until it is acknowledged ---

  let sending = null; // {id, body, typed, tries, faults, timer}
  let isLent = false; // upload.js is sending something

  const isSay = (ctx) => ctx?.request?.action?.startsWith(SAY);

  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (!isSay(ctx)) return;
    const isAgain = Boolean(sending && sending.isAgain);
    if ((sending || isLent) && !isAgain) return event.preventDefault();
    if (!sending) {
      const form = ctx.request.form;
      const body = ctx.request.body;
      const problem = problemWith(form, body);
      refuse(problem);
      if (problem) return event.preventDefault();
      const id = newId();
      body.set("event_id", id);
      const button = event.detail.ctx.sourceEvent?.submitter;
      sending = { id, body, typed: form === composer, button, tries: 0, faults: 0 };
      expecting = true;
      stop = null;
      lock(true);
    }
    sending.isAgain = false;
    ctx.request.body = sending.body;
    ctx.request.headers["X-Coach-Form"] = composer.dataset.csrf;
  });

  // The reason is read out once, not at every try.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (isSay(ctx) && ctx.response?.status >= 500 && sending?.tries > 0) event.preventDefault();
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    if (!isSay(ctx) || !sending) return;
    const status = ctx.response?.status ?? 0;
    if (status === 204) return sent();
    if (status === 500) sending.faults += 1;
    const mayComeRight = status === 0 || status === 408 || status >= 500;
    if (mayComeRight && sending.faults < FAULTS_BEFORE_GIVING_UP) return sendAgainSoon(status);
    // Refused for good: nothing was kept, so the words stay in the box and the next try is a new message.
    const wasTyped = sending.typed;
    expecting = false;
    release();
    if (wasTyped) box.focus();
    if (status === 401) signedOut();
  });

  function sendAgainSoon(status) {
    sending.tries += 1;
    if (status === 0) connectionLost(true);
    const wait = Math.min(8000, 500 * 2 ** sending.tries) * (0.75 + Math.random() / 2);
    sending.timer = setTimeout(sendAgain, wait);
  }

  function sendAgain() {
    if (!sending || sending.isAgain) return;
    clearTimeout(sending.timer);
    sending.isAgain = true;
    htmx.ajax("POST", SAY, { source: composer, target: "#refusal", swap: "innerHTML" });
  }

  function sent() {
    const { typed, button } = sending;
    if (button?.closest(".line")) button.dataset.taken = "";
    release();
    refuse("");
    if (typed) fill("");
    offer();
    connectionIsBack();
  }

  function release() {
    clearTimeout(sending?.timer);
    sending = null;
    lock(false);
  }

  function lock(isLocked) {
    document.body.classList.toggle("sending", isLocked);
    box.readOnly = isLocked;
    for (const button of document.querySelectorAll("#send, .line button[type=submit], .empty button, .open-things [name=press]")) {
      if (isLocked) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  function problemWith(form, body) {
    if (form === composer) {
      const words = box.value.trim();
      if (!words) return "Type something first.";
      const most = Number(asking?.dataset.most ?? 20000);
      if (words.length > most) return `That is ${words.length} characters; ${most} fit here. Please make it shorter.`;
    } else if (form?.matches("[data-ticks]") && !body.has("value")) {
      return "Nothing is ticked yet. Tick what applies, then send.";
    }
    return "";
  }

  function refuse(words) {
    refusal.replaceChildren();
    if (!words) return;
    const line = document.createElement("p");
    line.className = "refused";
    line.textContent = words;
    refusal.append(line);
  }

  function newId() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // The second click of a double click is none of its own, even where the first has been answered already.
  lines.addEventListener(
    "click",
    (event) => {
      if (event.detail < 2 || !event.target.closest("button[name=press]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );

  addEventListener("beforeunload", (event) => {
    if (sending || isLent) event.preventDefault();
  });

  // What upload.js may use: one thing is sent at a time, whoever sends it.
  globalThis.coach = {
    begin() {
      if (sending || isLent) return false;
      isLent = true;
      expecting = true;
      stop = null;
      refuse("");
      lock(true);
      return true;
    },
    end(isSent) {
      isLent = false;
      if (!isSent) expecting = false;
      lock(false);
      if (isSent) connectionIsBack();
    },
    newId,
    refuse,
    connectionLost: () => connectionLost(true),
    signedOut: () => signedOut(),
    formToken: () => composer.dataset.csrf,
  };

  // --- New lines ---

  let expecting = false; // the next question is the answer to what this person just sent
  let stop = null; // a stop that came since then: it is not scrolled out of sight by what follows it

  stream.addEventListener("line", (event) => {
    heardFromServer();
    const seq = Number(event.detail.id);
    if (!(seq > last)) return;
    last = seq;
    const wasAtEnd = isAtEnd();
    const holder = document.createElement("template");
    holder.innerHTML = event.detail.data;
    const line = holder.content.querySelector(".line");
    document.querySelector(".empty").hidden = true;

    // A screen reader hears the words; buttons and lists come a moment later, unannounced.
    const late = Array.from(line.querySelectorAll("[data-late]"), (part) => [part, Array.from(part.childNodes)]);
    for (const [part] of late) {
      part.setAttribute("aria-live", "off");
      part.replaceChildren();
    }
    const lostFocus = close(line);
    startDay(line);
    lines.append(line);
    for (const [part, children] of late) part.append(...children);
    htmx.process(line);
    if (sending) lock(true);
    ask();
    if (line.classList.contains("tone-stop")) stop ??= line;
    show(stop ?? line, wasAtEnd || expecting);
    if (line.dataset.kind === "reply" && isOpen(line) && (expecting || lostFocus)) {
      expecting = false;
      moveFocusTo(line);
    }
  });

  const isOpen = (line) => !line.classList.contains("closed") && Boolean(line.querySelector(".answers, .ask, .others"));
  const openLines = () => Array.from(lines.querySelectorAll(".line.coach:not(.closed)")).filter(isOpen);

  // Returns whether the focus stood on something that was closed.
  function close(line) {
    if (line.classList.contains("own")) {
      for (const earlier of openLines().filter(isNoTell)) {
        const button = Array.from(earlier.querySelectorAll("button[data-label]")).find((each) => each.dataset.label === line.dataset.words);
        if (!button) continue;
        button.dataset.taken = "";
        if (earlier.dataset.kind !== "reply") return shut(earlier);
      }
      return false;
    }
    if (!("closes" in line.dataset)) return false;
    return openLines().filter((earlier) => isNoTell(earlier) && isOver(earlier)).map(shut).some(Boolean);
  }

  // What somebody was told stays open until it is settled, and what is said in the same breath until the next words.
  const isNoTell = (line) => line.dataset.kind !== "tell";
  const isOver = (line) => {
    const own = lines.querySelectorAll(".line.own");
    const turn = Number(own[own.length - 1]?.dataset.seq ?? 0);
    return Number(line.dataset.seq) < turn || line.classList.contains("tone-question");
  };

  function shut(line) {
    const hadFocus = line.contains(document.activeElement);
    line.classList.add("closed");
    for (const control of line.querySelectorAll("fieldset, .others button")) control.disabled = true;
    return hadFocus;
  }

  // What is open for the person, and which buttons have had their day, whoever pressed them and where.
  stream.addEventListener("standing", (event) => {
    const standing = JSON.parse(event.detail.data);
    for (const count of document.querySelectorAll("[data-count]")) count.textContent = standing[count.dataset.count] || "";
    const read = new Set(standing.read);
    const settled = new Set(standing.settled);
    for (const button of lines.querySelectorAll("button[name=press]")) {
      if (read.has(button.value)) button.dataset.taken = "";
      if (read.has(button.value) || settled.has(button.value)) button.disabled = true;
    }
    for (const tell of lines.querySelectorAll(".line[data-kind=tell]:not(.closed)")) {
      const buttons = Array.from(tell.querySelectorAll("button[name=press]"));
      if (!buttons.length || !buttons.every((button) => settled.has(button.value))) continue;
      shut(tell);
      tell.querySelector(".settled").hidden = false;
    }
  });

  function startDay(line) {
    const earlier = lines.querySelector(".line:last-of-type");
    if (line.dataset.day === earlier?.dataset.day) return;
    lines.append(dayMark(line));
  }

  function dayMark(line) {
    const mark = document.createElement("p");
    mark.className = "day";
    mark.textContent = line.dataset.day;
    return mark;
  }

  function markDays(within) {
    let day = "";
    for (const line of within.querySelectorAll(":scope > .line")) {
      if (line.dataset.day !== day) line.before(dayMark(line));
      day = line.dataset.day;
    }
  }

  // --- The box: it belongs to the newest open question ---

  let asking = null; // the open question's description, when it is one to type
  let offered = ""; // an earlier answer we put into the box
  let offeredFor = null; // the question it was put there for

  function ask() {
    const open = openLines();
    const question = open.findLast((line) => line.dataset.about) ?? null;
    const field = question?.querySelector(".ask") ?? open.findLast((line) => line.querySelector(".ask"))?.querySelector(".ask") ?? null;
    $("about").value = (field?.closest(".line") ?? question)?.dataset.about ?? "";
    asking = field;
    offer();
    const kind = field?.dataset.kind ?? "";
    composer.dataset.kind = kind;
    box.spellcheck = kind !== "identifier" && kind !== "datetime";
    box.autocapitalize = kind === "identifier" ? "characters" : "sentences";
    if (kind === "person") box.autocapitalize = "words";
    box.inputMode = kind === "number" ? "decimal" : "text";
    box.enterKeyHint = kind === "list" ? "enter" : "send";
    offerPicker(kind);
    $("text-label").textContent = field?.dataset.label || (question ? "Or type: an answer, or a question of yours" : "Your message");
    composer.classList.toggle("asked", Boolean(field));
    hint(
      field?.dataset.filled ? "This is your earlier answer. Send it as it is, or change it." : "",
      field?.dataset.hint ?? "",
      kind === "list" ? "Enter starts a new line, Ctrl + Enter sends." : "Enter sends, Shift + Enter starts a new line.",
    );
    grow();
  }

  // Put the earlier answer into the box, once, and never over words of the person's own. A question often arrives
  // before the message that led to it is acknowledged; then the box is still theirs.
  function offer() {
    if (sending || asking === offeredFor) return;
    offeredFor = asking;
    if (box.value === offered) fill(asking?.dataset.filled ?? "");
  }

  // A day or a time can also be picked; it goes into the box, where it can still be changed into words.
  const PICKERS = { date: "date", time: "time", datetime: "datetime-local" };
  const pick = $("pick");

  function offerPicker(kind) {
    const type = PICKERS[kind] ?? "";
    $("picker").hidden = !type;
    if (type && pick.type !== type) pick.type = type;
    pick.value = "";
  }

  pick.addEventListener("input", () => {
    if (!pick.value || sending) return;
    box.value = pick.value.replace("T", " ");
    grow();
    refuse("");
  });

  function hint(...parts) {
    const spans = parts.map((words) => Object.assign(document.createElement("span"), { textContent: words }));
    spans.at(-1).className = "keys";
    $("text-hint").replaceChildren(...spans.filter((span) => span.textContent));
  }

  function fill(words) {
    box.value = words;
    offered = words;
    grow();
  }

  function grow() {
    if (CSS.supports("field-sizing", "content")) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  }

  box.addEventListener("input", () => {
    grow();
    if (!sending) refuse("");
  });

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey) return;
    const isList = asking?.dataset.kind === "list";
    if (isList && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  // A list to tick: "None of these" and the others rule each other out.
  document.addEventListener("change", (event) => {
    const tick = event.target;
    if (!tick.matches("[data-ticks] input[type=checkbox]") || !tick.checked) return;
    const isAlone = "alone" in tick.dataset;
    for (const other of tick.form.querySelectorAll("input[type=checkbox]")) {
      if (other !== tick && (isAlone || "alone" in other.dataset)) other.checked = false;
    }
  });

  // Never onto a button: Enter pressed twice would answer a question nobody has read.
  function moveFocusTo(line) {
    const target = line.querySelector(".ask") ? box : line.querySelector(".words");
    target.focus({ preventScroll: true });
    if (target === box && box.value) box.select();
  }

  // --- Scrolling ---

  const page = document.scrollingElement;
  const isAtEnd = () => page.scrollHeight - page.scrollTop - innerHeight < 160;

  function show(line, isWanted, isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches) {
    if (!isWanted) return;
    const behavior = isCalm ? "instant" : "smooth";
    const room = innerHeight - $("dock").offsetHeight - document.querySelector(".top").offsetHeight - 24;
    if (lines.getBoundingClientRect().bottom - line.getBoundingClientRect().top > room) line.scrollIntoView({ block: "start", behavior });
    else page.scrollTo({ top: page.scrollHeight, behavior });
  }

  new ResizeObserver(([{ target }]) => {
    page.style.setProperty("--dock", `${target.offsetHeight}px`);
  }).observe($("dock"));

  // --- The connection ---

  let connection = null;
  let silence = 0;
  let notice = 0;
  let restart = 0;
  let isSignedOut = false;

  function connectionLost(isNow) {
    if (isSignedOut || notice === -1) return;
    clearTimeout(notice);
    notice = setTimeout(() => {
      notice = -1;
      connectionNotice.textContent = "Connection lost. Nothing is lost: what you sent is kept; I am trying again.";
      document.body.classList.add("offline");
    }, isNow ? 0 : 1500);
  }

  function connectionIsBack() {
    clearTimeout(notice);
    notice = 0;
    if (isSignedOut || !document.body.classList.contains("offline")) return;
    document.body.classList.remove("offline");
    connectionNotice.textContent = "";
  }

  function heardFromServer() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      connectionLost(true);
      if (connection) connection.reader?.cancel(); // htmx then connects again
      else connectAgain();
    }, SILENCE);
  }

  function connectAgain() {
    if (isSignedOut || restart) return;
    restart = setTimeout(() => {
      restart = 0;
      htmx.trigger(stream, "coach-connect");
    }, 1000 + Math.random() * 1000);
  }

  function signedOut() {
    isSignedOut = true;
    document.dispatchEvent(new Event("coach:signed-out"));
    clearTimeout(notice);
    connectionNotice.replaceChildren("You are signed out. ");
    const again = document.createElement("a");
    again.href = "/chat";
    again.textContent = "Sign in again";
    connectionNotice.append(again);
    document.body.classList.add("offline");
    box.readOnly = false;
  }

  stream.addEventListener("beat", heardFromServer);
  stream.addEventListener("signed-out", signedOut);

  stream.addEventListener("htmx:sse:before:connection", (event) => {
    connection = event.detail.connection;
    if (isSignedOut) event.preventDefault();
  });
  stream.addEventListener("htmx:sse:after:connection", () => {
    connectionIsBack();
    heardFromServer();
    if (sending?.timer) sendAgain();
  });
  stream.addEventListener("htmx:sse:error", (event) => {
    if (event.detail.status === 401) signedOut();
    else connectionLost(false);
  });
  stream.addEventListener("htmx:sse:close", connectAgain);

  // The very first connection is an ordinary request; when it fails, nobody but us tries again.
  stream.addEventListener("htmx:error", () => {
    connectionLost(true);
    connectAgain();
  });
  stream.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status === 401) return signedOut();
    connectionLost(true);
    connectAgain();
  });

  addEventListener("offline", () => connectionLost(true));
  addEventListener("online", () => {
    connection?.delayCanceller?.();
    sendAgain();
  });

  document.addEventListener("htmx:after:swap", () => {
    for (const group of document.querySelectorAll("#earlier .lines:not([data-days])")) {
      group.dataset.days = "";
      markDays(group);
    }
  });

  markDays(lines);
  ask();
  heardFromServer();
  if (lines.lastElementChild) show(lines.lastElementChild, true, true);
  // htmx listens for this event too, and did so first: from here on, what is sent is kept until it is acknowledged.
  document.addEventListener("DOMContentLoaded", () => ($("send").disabled = false));
})();
