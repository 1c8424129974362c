// The bank's question: sends the answer, then closes stripe.js's dialog or goes back to the shop.
const query = new URLSearchParams(location.search);
const parent = query.get("parent");
const form = document.getElementById("form");
const framed = Boolean(parent) && window.parent !== window;

async function answer(outcome) {
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  const body = new URLSearchParams({ outcome, client_secret: query.get("client_secret") });
  const reply = await (await fetch("/3ds/answer", { method: "POST", body })).json();
  if (framed) window.parent.postMessage({ type: "answered" }, parent);
  else if (reply.return_url) location.assign(reply.return_url);
  else document.getElementById("problem").textContent = reply.error?.message || "Answered. You can close this page.";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer(event.submitter.value);
});
if (framed) {
  window.addEventListener("message", (event) => {
    if (event.source === window.parent && event.origin === parent && event.data?.type === "cancel") answer("fail");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") answer("fail");
  });
  window.parent.postMessage({ type: "hello" }, parent);
}
for (const button of form.querySelectorAll("button")) button.disabled = false; // a click before now would be lost
form.querySelector("button").focus();
