// While there is no answer from the bank, or no PDF yet: ask every few seconds and follow the answer. The server
// decides; it redirects away from the address asked as soon as it knows. Without JavaScript the page reloads.
const { path, every = "4000" } = document.getElementById("wait").dataset;
const EVERY = Number(every); // milliseconds
const GONE = 410;

async function ask() {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    if (answer.redirected || answer.status === GONE) {
      window.location.replace(answer.url);
      return;
    }
  } catch {
    // Offline for a moment: the payment goes on without us, ask again.
  }
  window.setTimeout(ask, EVERY);
}

window.setTimeout(ask, EVERY);
