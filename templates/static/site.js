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

// The filter answers while one chooses: the page that the form would load is fetched, and what differs is put in place.
const finder = document.querySelector("form[data-finder]");
if (finder) {
  const parts = ["found", "as-calendar", "visits"];
  const visits = document.getElementById("visits");
  let underway = new AbortController();
  let pause;

  const address = () => {
    const asked = new URLSearchParams([...new FormData(finder)].filter(([, value]) => value.trim()));
    return finder.getAttribute("action") + (asked.size ? `?${asked}` : "");
  };

  const fetched = async (url) => {
    underway.abort();
    underway = new AbortController();
    const answer = await fetch(url, { signal: underway.signal });
    if (!answer.ok) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const show = async (url) => {
    visits.setAttribute("aria-busy", "true");
    try {
      const fresh = await fetched(url);
      for (const id of parts) document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
      visits.removeAttribute("aria-busy");
      return fresh;
    } catch (trouble) {
      if (trouble.name !== "AbortError") location.assign(url);
      return null;
    }
  };

  const ask = async () => {
    clearTimeout(pause);
    const url = address();
    if (url !== location.pathname + location.search && await show(url)) history.pushState(null, "", url);
  };

  finder.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  finder.addEventListener("change", ask);
  finder.addEventListener("input", (event) => {
    if (!event.target.matches("input:not([type=checkbox])")) return;
    clearTimeout(pause);
    pause = setTimeout(ask, 400);
  });
  addEventListener("popstate", async () => {
    const fresh = await show(location.href);
    for (const field of fresh ? finder.elements : []) {
      const then = field.id && fresh.getElementById(field.id);
      if (then) [field.value, field.checked] = [then.value, then.checked];
    }
  });
}
