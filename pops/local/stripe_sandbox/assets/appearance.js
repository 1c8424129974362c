// The page's `appearance`: its variables become custom properties of payment.css.

/** Light or dark: the page's own scheme unless its variables or its theme say otherwise. */
export function applyAppearance({ theme, variables = {} }, pageScheme) {
  const root = document.documentElement;
  root.removeAttribute("style");
  for (const [name, value] of Object.entries(variables)) root.style.setProperty(`--${name}`, value);
  let scheme = theme === "night" ? "dark" : pageScheme;
  if (variables.colorBackground) scheme = isDark(variables.colorBackground) ? "dark" : "light";
  root.dataset.theme = scheme;
  return scheme;
}

function isDark(color) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return red * 0.299 + green * 0.587 + blue * 0.114 < 110;
}
