"use strict";
// The token is in the fragment of the address, which browsers do not send to servers. It stays in
// this entry of the browser's history, so that the page can be loaded again without the mail.
const SLOW_MS = 15_000;
const FIRST_PAUSE_S = 2;
const LONGEST_PAUSE_S = 60;
const TRIED_AGAIN = new Set([408, 429, 500, 502, 503, 504]);

const shown = new URLSearchParams(location.hash.slice(1)).get("token");
const token = shown || history.state?.token || null;
history.replaceState({ token }, "", location.pathname);

const byId = (id) => document.getElementById(id);
const words = JSON.parse(document.querySelector("main").dataset.words);
const form = byId("form");
const fields = byId("fields");
const told = byId("told");
const send = byId("send");
const SEND_WORDS = send.textContent;
let pauseSeconds = FIRST_PAUSE_S;
let waiting = null;
let mayBeSet = false; // an earlier request was sent, and nobody knows what became of it

function tell(text, bad) {
  told.textContent = text;
  told.className = bad ? "bad" : "";
}

/** Send the password once. Returns what became of it: done, refused with a reason, or to be tried again. */
async function ask(password) {
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(), SLOW_MS);
  try {
    const answer = await fetch("../v1/staff/password-resets/confirm", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, password }),
      signal: slow.signal,
      cache: "no-store",
    });
    if (answer.status === 204) return { done: true };
    const problem = await answer.json().catch(() => null);
    // Any other success is not the service's: a network that asks for its own login, for example.
    if (answer.ok || TRIED_AGAIN.has(answer.status) || !problem?.code) {
      mayBeSet ||= answer.status !== 429;
      return { again: true, seconds: Number(answer.headers.get("Retry-After")) || 0 };
    }
    return { code: problem.code, reason: problem.detail || problem.title };
  } catch {
    mayBeSet = true;
    return { again: true, seconds: 0 };
  } finally {
    clearTimeout(timer);
  }
}

function stopWaiting() {
  clearTimeout(waiting);
  waiting = null;
  send.textContent = SEND_WORDS;
}

/** Keep what was typed, and send it again after a growing pause, or when the button is pressed. */
function tryAgainLater(asked) {
  const seconds = Math.max(pauseSeconds, asked);
  pauseSeconds = Math.min(LONGEST_PAUSE_S, pauseSeconds * 2);
  tell(words.later.replace("{seconds}", seconds), true);
  send.textContent = words.try_now;
  waiting = setTimeout(() => form.requestSubmit(), seconds * 1000);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  stopWaiting();
  const password = byId("password").value;
  if (password !== byId("again").value) {
    tell(words.differ, true);
    return;
  }
  const focused = document.activeElement;
  fields.disabled = true; // what is sent is what is shown
  tell(words.sending, false);
  const { done, again, seconds, code, reason } = await ask(password);
  fields.disabled = false;
  if (fields.contains(focused)) focused.focus();
  if (done) {
    history.replaceState(null, "", location.pathname);
    form.remove();
    tell(words.done, false);
  } else if (again && password !== byId("password").value) {
    tell("", false); // a program has changed it meanwhile: it is not sent by itself either
  } else if (again) {
    tryAgainLater(seconds);
  } else if (code === "reset_token_invalid" && mayBeSet) {
    tell(words.may_be_set, true);
  } else {
    tell(words[code] || reason, true);
  }
});

// What is changed meanwhile is not sent before somebody presses the button.
form.addEventListener("input", () => {
  if (waiting === null) return;
  stopWaiting();
  tell("", false);
});

byId("stuck").remove();
fields.disabled = false;
if (!token) {
  form.remove();
  tell(words.incomplete, true);
}
