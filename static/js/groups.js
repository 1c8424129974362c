// The preview beside a group's form follows what is typed: the server signs the form as it is, and the frame shows a page
// in it. Colours get the browser's palette beside what is typed, and a button that takes the nearest that can be read.
const box = document.getElementById("preview");
const form = document.getElementById("group_form");
const PAUSE = 350; // milliseconds after the last key

function makePalette(field) {
  const palette = Object.assign(document.createElement("input"), { type: "color", value: field.value });
  palette.setAttribute("aria-label", `Pick: ${form.querySelector(`label[for=${field.id}]`).textContent.replace(":", "")}`);
  const row = Object.assign(document.createElement("div"), { className: "colour-row" });
  field.replaceWith(row);
  row.append(field, palette);
  palette.addEventListener("input", () => set(field, palette.value));
  field.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value.trim())) palette.value = field.value.trim().toLowerCase();
  });
}

function set(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

if (box && form) {
  const frame = box.querySelector("iframe");
  const problems = box.querySelector(".preview-problems");
  let draft = new URL(frame.src).searchParams.get("draft");
  let timer = 0;
  let asked = 0;

  const chosen = (name) => box.querySelector(`[name=preview_${name}]:checked`).value;

  const show = () => {
    const query = new URLSearchParams({ page: chosen("page"), scheme: chosen("scheme"), draft });
    frame.title = `Preview: ${chosen("page")}, ${chosen("scheme")}, ${chosen("size")}`;
    frame.parentElement.className = `preview-window preview-${chosen("size")}`;
    // Replaced, so that the back button leads out of the form, not through its drafts.
    frame.contentWindow.location.replace(`${box.dataset.page}?${query}`);
  };

  const tell = (found) => {
    const list = document.createElement("ul");
    for (const problem of found) {
      const item = document.createElement("li");
      const take = Object.assign(document.createElement("button"), { type: "button", textContent: `Take ${problem.nearest}` });
      take.addEventListener("click", () => {
        const field = form.elements[problem.field];
        set(field, problem.nearest);
        field.focus();
      });
      item.append(`${problem.words} `, take);
      list.append(item);
    }
    const title = Object.assign(document.createElement("h3"), { textContent: "These colours can’t be read" });
    problems.replaceChildren(...(found.length ? [title, list] : []));
  };

  // An answer that a later one has overtaken is nobody's business.
  const ask = async () => {
    const turn = ++asked;
    const data = new FormData(form);
    for (const name of ["logo", "favicon", "home_image"]) data.delete(name);
    const answer = await fetch(box.dataset.ask, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== asked) return;
    const said = await answer.json();
    draft = said.draft;
    tell(said.problems);
    show();
  };

  // A picture that was only chosen is put into the frame by hand.
  const putPicture = (name, css, add) => {
    const file = form.elements[name]?.files[0];
    const inside = frame.contentDocument;
    if (!file || !inside) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const picture = inside.querySelector(`.${css}`) || Object.assign(inside.createElement("img"), { className: css });
      picture.src = reader.result;
      if (!picture.isConnected) add(inside, picture);
    });
    reader.readAsDataURL(file);
  };

  const putPictures = () => {
    putPicture("logo", "brand-logo", (inside, picture) => inside.querySelector(".brand").replaceChildren(picture));
    if (chosen("page") !== "home") return;
    putPicture("home_image", "home-image", (inside, picture) => inside.querySelector("main").prepend(picture));
  };

  const follow = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  };

  form.querySelectorAll("input.colour").forEach(makePalette);
  box.querySelector(".preview-switches").hidden = false;
  box.querySelector(".preview-switches").addEventListener("change", show);
  form.addEventListener("input", follow);
  form.addEventListener("change", follow);
  frame.addEventListener("load", putPictures);
}
