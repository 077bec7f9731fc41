"use strict";
// The token is in the fragment of the address, which browsers do not send to servers.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
const form = document.getElementById("form");
const told = document.getElementById("told");
const send = document.getElementById("send");

function tell(text, bad) {
  told.textContent = text;
  told.className = bad ? "bad" : "";
}

async function reason(answer) {
  try {
    const problem = await answer.json();
    return problem.detail || problem.title;
  } catch {
    return "The service answered with status " + answer.status + ".";
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const password = document.getElementById("password").value;
  if (password !== document.getElementById("again").value) {
    tell("The two passwords are not the same.", true);
    return;
  }
  send.disabled = true;
  try {
    const answer = await fetch("../v1/staff/password-resets/confirm", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, password }),
    });
    if (answer.ok) {
      form.remove();
      tell("Your password is set. You can sign in at the desk now.", false);
      return;
    }
    tell(await reason(answer), true);
  } catch {
    tell("The service cannot be reached. Please try again.", true);
  }
  send.disabled = false;
});

if (!token) {
  form.remove();
  tell("This link is not complete. Open it from the mail again, or ask for a new one.", true);
}
