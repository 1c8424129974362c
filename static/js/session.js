// Says before a session ends for want of use, and lets it go on. Only the server knows when that is: other tabs use it
// too. Typing counts as use. When it has ended, what is on the screen is for nobody's eyes: sign-in takes its place.
const box = document.getElementById("session-warning");
const form = box.querySelector("form");
const words = box.querySelector("[data-session-words]");
const WARN = 120; // seconds before the end; nobody has to hurry
const LOOK = 10_000; // milliseconds between looks while it is warned, and after a look that failed
const QUIET = Number(box.dataset.quiet); // seconds for which the session lasts from here
const USE = Math.min(240_000, (QUIET - WARN) * 500); // milliseconds; typing is told this often
const EXTENDS = box.dataset.extends === "yes";
let isTold = false; // where nothing extends it, once is enough
let timer = 0;
let lookAt = 0;
let usedAt = Date.now();

function lookAfter(wait) {
  window.clearTimeout(timer);
  lookAt = Date.now() + wait;
  timer = window.setTimeout(look, wait);
}

// Seconds left; undefined when there is no answer.
async function ask(options) {
  try {
    const answer = await fetch(form.action, { cache: "no-store", ...options });
    return (await answer.json()).seconds;
  } catch {
    return undefined;
  }
}

function follow(seconds) {
  if (seconds === undefined) return lookAfter(LOOK);
  if (seconds <= 0) return leave();
  if (seconds > WARN) {
    if (box.open) box.close();
    return lookAfter((seconds - WARN) * 1000);
  }
  if (!box.open && !isTold) {
    const end = new Date(Date.now() + seconds * 1000);
    words.textContent = `at ${end.toLocaleTimeString("en-US", { timeStyle: "short" })}`;
    box.showModal();
  }
  return lookAfter(Math.min(seconds * 1000 + 500, LOOK));
}

async function look() {
  follow(await ask());
}

async function extend() {
  usedAt = Date.now();
  const seconds = await ask({ method: "POST", body: new FormData(form) });
  follow(seconds);
  return seconds;
}

function answer() {
  if (EXTENDS) return extend();
  isTold = true;
  return box.close();
}

function isTyped(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
}

// What was typed at the desk goes along, and comes back when the same person has signed in.
function leave() {
  window.clearTimeout(timer);
  const page = window.location.pathname + window.location.search;
  const typed = document.querySelector(".desk-form[method=post]");
  if (!typed || !(typed.querySelector(".errorlist") || [...typed.elements].some(isTyped))) {
    window.location.replace(page);
    return;
  }
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "kept_page", value: page });
  typed.append(kept);
  typed.action = box.dataset.keep;
  typed.submit();
}

function use() {
  if (EXTENDS && !box.open && Date.now() - usedAt > USE) extend();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer();
});
box.addEventListener("cancel", answer);
for (const kind of ["input", "keydown", "pointerdown", "session:use"]) document.addEventListener(kind, use);
// A computer that slept, or a page out of the browser's memory.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() > lookAt) look();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) look();
});
window.popsSession = { extend };
lookAfter((QUIET - WARN) * 1000);
