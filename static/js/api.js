// The API's description, to read and to try. Nothing is asked of another host, and the key that is typed is kept nowhere.
"use strict";

const page = document.getElementById("api");

// Swagger UI has dark colours, and leaves it to the page to ask for them.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);

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
