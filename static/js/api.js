// The API's description, to read and to try. Nothing is asked of another host, and the key that is typed is kept nowhere.
"use strict";

const page = document.getElementById("api");

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
