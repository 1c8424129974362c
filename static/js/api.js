// The API's description, to read and to try. Nothing is asked of another host, and the key that is typed is kept nowhere.
"use strict";

const page = document.getElementById("api");

// Swagger UI has dark colours, and leaves it to the page to ask for them.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);

// What Swagger UI leaves out for who reads by ear or by keyboard, looked for again whenever it has drawn something.
const nameRegion = (part, name) => {
  part.setAttribute("role", "region");
  part.setAttribute("aria-label", name);
};
const nameDialog = (part) => {
  part.setAttribute("role", "dialog");
  part.setAttribute("aria-modal", "true");
  part.setAttribute("aria-label", "Your key");
};
const nameField = (row) =>
  row.querySelectorAll("input, select").forEach((field) => field.setAttribute("aria-label", row.dataset.paramName));
const mends = [
  ["h1.title, h2.title, .models > h4", (title) => title.setAttribute("aria-level", "2")], // the first is the page's own
  [".information-container", (part) => nameRegion(part, "About the API")],
  [".schemes-server-container", (part) => nameRegion(part, "Server and key")],
  [".opblock-summary-control a[href]", (link) => link.removeAttribute("href")], // a link within a button
  ["table[role=region]", (table) => table.removeAttribute("role")],
  ["#servers", (choice) => choice.setAttribute("aria-label", "Server")],
  [".examples-select-element", (choice) => choice.setAttribute("aria-label", "Example")],
  [".modal-ux", nameDialog],
  [".close-modal", (button) => button.setAttribute("aria-label", "Close")],
  [".auth-container h6", (title) => title.setAttribute("aria-level", "5")],
  ["tr[data-param-name]", nameField],
  [".body-param textarea", (text) => text.setAttribute("aria-label", "Body")],
  ["pre.microlight, .highlight-code pre", (text) => text.setAttribute("tabindex", "0")], // it may be wider than its box
];
const mend = () => mends.forEach(([where, how]) => page.querySelectorAll(where).forEach(how));
new MutationObserver(mend).observe(page, { childList: true, subtree: true });

SwaggerUIBundle({
  domNode: page,
  url: page.dataset.description,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
