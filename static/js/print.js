// The Print button: shown only where it can do something. With data-now it is pressed at once, and not again on a reload.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
if ("now" in button.dataset) {
  history.replaceState(null, "", location.pathname);
  window.print();
}
