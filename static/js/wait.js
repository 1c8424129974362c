// While the bank has not answered: ask every four seconds and follow the answer to the receipt. The server
// decides; it redirects away from the address asked as soon as it knows. Without JavaScript the page reloads.
const path = document.getElementById("wait").dataset.path;
const EVERY = 4000;

async function ask() {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    if (answer.redirected) {
      window.location.replace(answer.url);
      return;
    }
  } catch {
    // Offline for a moment: the payment goes on without us, ask again.
  }
  window.setTimeout(ask, EVERY);
}

window.setTimeout(ask, EVERY);
