// Every page works without this file. It saves a second click, a wait and a scroll.

const shown = (element) => { element.hidden = false; };

// A form goes once: a second click while the first is under way does nothing.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.querySelectorAll("[data-sending]").forEach(shown);
  });
}

// Who comes back with the browser's button may send again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// While seats are being checked the same form goes again by itself.
for (const form of document.querySelectorAll("form[data-again]")) {
  form.querySelectorAll("[data-countdown]").forEach(shown);
  setTimeout(() => form.requestSubmit(), 1000 * Number(form.dataset.again));
}

// Companions: the cursor goes where one types next, and a row can be emptied and put away.
for (const companion of document.querySelectorAll("details.companion")) {
  const fields = companion.querySelectorAll(":scope > fieldset > .field input");
  companion.querySelector(":scope > summary").addEventListener("click", () => {
    requestAnimationFrame(() => fields[0].focus());
  });
  const remove = companion.querySelector(":scope > fieldset > [data-remove]");
  shown(remove);
  remove.addEventListener("click", () => {
    for (const field of fields) field.value = "";
    if (!companion.querySelector("details[open]")) companion.open = false;
    document.getElementById("visitors").focus();
  });
}
