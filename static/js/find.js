// Find-as-you-type: a slash opens it anywhere. Arrows choose, Enter opens, Shift+Enter opens the account, Escape closes.
const dialog = document.getElementById("find");
const input = document.getElementById("find-text");
const list = document.getElementById("find-list");
const told = dialog.querySelector(".find-told");
const WAIT = 120; // milliseconds without a key before the server is asked
let rows = [];
let chosen = -1;
let asked = 0; // the number of the last question: older answers are late
let answered = ""; // the text that the rows are the answer to
let wanted = null; // what Enter, pressed before the answer, is to open
let timer = 0;

function make(tag, facts, ...inside) {
  const node = Object.assign(document.createElement(tag), facts);
  node.append(...inside);
  return node;
}

function choose(place) {
  rows.forEach((row, n) => row.node.setAttribute("aria-selected", String(n === place)));
  chosen = place;
  if (rows[place]) {
    input.setAttribute("aria-activedescendant", rows[place].node.id);
    rows[place].node.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function open(row, other) {
  if (row) {
    location.assign(other ? row.other : row.url);
  }
}

function show(groups, problem, text) {
  rows = [];
  list.replaceChildren();
  for (const group of groups) {
    const heading = make("p", { className: "find-group", id: `find-group-${rows.length}`, textContent: group.label });
    const box = make("div", {}, heading);
    box.setAttribute("role", "group");
    box.setAttribute("aria-labelledby", heading.id);
    for (const row of group.rows) {
      const node = make(
        "div",
        { className: "find-row", id: `find-row-${rows.length}` },
        make("strong", { textContent: row.label }),
        make("span", { textContent: row.detail }),
      );
      node.setAttribute("role", "option");
      node.addEventListener("click", (event) => open(row, event.shiftKey));
      rows.push({ ...row, node });
      box.append(node);
    }
    list.append(box);
  }
  input.setAttribute("aria-expanded", String(rows.length > 0));
  const known = rows.filter((row) => !row.is_offer).length; // a new guarantor was not found
  const found = known ? `${known} found` : "Nothing was found";
  told.textContent = problem || (text.length < 2 ? "" : found);
  choose(rows.length ? 0 : -1);
}

async function ask() {
  const text = input.value.trim();
  const mine = ++asked;
  if (text.length < 2) {
    show([], "", text);
    answered = text;
    return;
  }
  let answer = { groups: [], problem: "This can't be looked up just now. Are you still signed in? Load the page again." };
  try {
    const address = `${dialog.dataset.address}?${new URLSearchParams({ q: text })}`;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    answer = await response.json();
  } catch {
    // no network, or the session has ended and its sign-in page came
  }
  if (mine !== asked) {
    return; // something else was typed meanwhile
  }
  show(answer.groups, answer.problem, text);
  answered = text;
  if (wanted) {
    open(rows[chosen], wanted.other);
    wanted = null;
  }
}

function start() {
  if (!dialog.open) {
    dialog.showModal();
  }
  input.focus();
  input.select();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    start();
  }
});
document.querySelectorAll("[data-find]").forEach((link) =>
  link.addEventListener("click", (event) => {
    event.preventDefault();
    start();
  }),
);
input.addEventListener("input", () => {
  wanted = null;
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT);
});
input.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && rows.length) {
    event.preventDefault();
    choose((chosen + step + rows.length) % rows.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (answered === input.value.trim()) {
      open(rows[chosen], event.shiftKey);
    } else {
      wanted = { other: event.shiftKey };
      clearTimeout(timer);
      ask();
    }
  }
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) {
    dialog.close();
  }
});
