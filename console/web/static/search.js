// Feedback by one keystroke, without leaving the page. Without this script the same forms work by their buttons.
"use strict";

const results = [...document.querySelectorAll(".result")];
const status = document.getElementById("noted");

async function give(form, button) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("opinion", button.value);
  const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "x-console-script": "1" } }).catch(() => null);
  if (!answer || answer.status !== 204) {
    status.textContent = "It was not taken. Press the button again, or load the page anew.";
    return;
  }
  for (const each of form.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === button));
  const title = form.closest(".result").querySelector("h2").textContent;
  status.textContent = `Noted: ${button.textContent.toLowerCase()} – ${title}`;
}

for (const [number, result] of results.entries()) {
  const form = result.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    give(form, event.submitter);
  });
  result.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") results[number + 1]?.focus();
    else if (event.key === "k") results[number - 1]?.focus();
    else if (event.key === "u" && form) give(form, form.querySelector("[value=useful]"));
    else if (event.key === "n" && form) give(form, form.querySelector("[value=not-useful]"));
    else return;
    event.preventDefault();
  });
}
if (document.activeElement === document.body) results[0]?.focus({ preventScroll: true });
