// Who comes back from a receipt finds the list as they left it: what was open, and how far it was scrolled. Kept by this
// tab alone, until it is closed: numbers of receipts, and nothing of what they say.
const KEY = `receipts ${window.location.search}`;
const details = () => [...document.querySelectorAll(".receipt-list details")];
// Of one row there are two: its arrow, and its transactions.
const name = (one) => `${one.closest("li").id} ${one.className}`;

const cameBack =
  performance.getEntriesByType("navigation")[0]?.type === "back_forward" ||
  new RegExp(`^${window.location.origin}${window.location.pathname}\\d+/`).test(document.referrer);

window.addEventListener("pagehide", () => {
  const open = details().filter((one) => one.open).map(name);
  window.sessionStorage.setItem(KEY, JSON.stringify({ open, top: window.scrollY }));
});

const kept = cameBack && JSON.parse(window.sessionStorage.getItem(KEY));
if (kept) {
  for (const one of details()) one.open = kept.open.includes(name(one));
  // After the browser's own jump to the row that the address names.
  window.addEventListener("load", () => window.requestAnimationFrame(() => window.scrollTo(0, kept.top)));
}
