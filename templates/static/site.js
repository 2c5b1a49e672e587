// Every page works without this file. It saves a second click, a wait and a scroll.

const shown = (element) => { element.hidden = false; };

// A form goes once: a second click while the first is under way does nothing. While the network is lost the page and
// all that was typed stay, and the form goes when the network is back.
for (const form of document.querySelectorAll("form[data-once]")) {
  const lost = form.querySelector("[data-offline]");

  const reaches = () => fetch(form.dataset.reach, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(8000) })
    .then(() => true, (trouble) => trouble.name === "TimeoutError");

  const goOrStay = async (submitter) => {
    if (await reaches()) {
      form.dataset.reached = "now";
      form.requestSubmit(submitter);
      return;
    }
    delete form.dataset.sent;
    form.querySelectorAll("[data-sending]").forEach((element) => { element.hidden = true; });
    lost.textContent = lost.dataset.offline;
    shown(lost);
    addEventListener("online", () => goOrStay(submitter), { once: true });
  };

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.reached === "now") {
      form.dataset.reached = "gone";
      return;
    }
    if (form.dataset.sent || form.dataset.reach) event.preventDefault();
    if (form.dataset.sent) return;
    form.querySelectorAll("[data-sending]").forEach(shown);
    form.dataset.sent = "yes";
    if (form.dataset.reach) goOrStay(event.submitter);
  });
}

// Who comes back with the browser's button may send again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    delete form.dataset.reached;
  }
});

// Before the opening the form can be filled in and not sent. The clock is the server's: what this device believes is
// put right once, and again when its owner comes back to the page. At the moment itself nothing is asked.
for (const form of document.querySelectorAll("form[data-opens-in]")) {
  const clock = form.querySelector("[data-clock]");
  const buttons = form.querySelectorAll("button:not([type=button], [name])");
  let opens = Date.now() + 1000 * Number(form.dataset.opensIn);

  const ask = async () => {
    const asked = Date.now();
    const answer = await fetch(form.dataset.opening, { cache: "no-store" }).catch(() => ({ ok: false }));
    if (!answer.ok) return;
    const told = await answer.json();
    opens = Date.parse(told.opens) - Date.parse(told.now) + (asked + Date.now()) / 2;
  };

  const tick = () => {
    const left = Math.ceil((opens - Date.now()) / 1000);
    buttons.forEach((button) => { button.disabled = left > 0; });
    if (left > 0) {
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      setTimeout(tick, 250);
      return;
    }
    const said = form.querySelector("[data-opened]");
    form.querySelector(".opening").hidden = true;
    said.textContent = said.dataset.opened;
    document.removeEventListener("visibilitychange", ask);
  };

  shown(clock.parentElement);
  tick();
  ask();
  document.addEventListener("visibilitychange", ask);
}

// While seats are being checked the same form goes again by itself.
for (const form of document.querySelectorAll("form[data-again]")) {
  form.querySelectorAll("[data-countdown]").forEach(shown);
  setTimeout(() => form.requestSubmit(), 1000 * Number(form.dataset.again));
}

// Companions: another row at once, with the cursor in it. Without this file the button sends the form for it.
const party = document.getElementById("visitors");
const blank = party && party.querySelector("template[data-row]");
if (blank) {
  const more = party.querySelector("[data-more]");
  const full = party.querySelector("[data-full]");
  const going = document.getElementById("visitors-0-going");
  const rows = () => party.querySelectorAll("fieldset.companion");
  let last = rows().length;

  const limit = () => {
    const room = rows().length + going.checked < Number(party.dataset.most);
    more.parentElement.hidden = !room;
    full.hidden = room;
  };

  const removable = (row) => {
    const remove = row.querySelector("[data-remove]");
    shown(remove);
    remove.addEventListener("click", () => {
      row.remove();
      party.dispatchEvent(new Event("input"));
      limit();
      more.focus();
    });
  };

  more.addEventListener("click", (event) => {
    event.preventDefault();
    last += 1;
    more.parentElement.insertAdjacentHTML("beforebegin", blank.innerHTML.replaceAll("0N0", last));
    const row = [...rows()].at(-1);
    removable(row);
    row.querySelector("input").focus();
    limit();
  });
  going.addEventListener("change", limit);
  rows().forEach(removable);
}

// A statement of whoever brings children is asked for once a child is written down; a tick that was set stays in sight.
const statement = document.querySelector("[data-for-children]");
if (statement) {
  const box = statement.querySelector("input");
  const isChild = (field) => field.id !== "visitors-0-age" && parseInt(field.value, 10) < 18;
  const ask = () => {
    statement.hidden = !box.checked && !statement.querySelector(".wrong") && ![...party.querySelectorAll("[name$=-age]")].some(isChild);
  };
  party.addEventListener("input", ask);
  ask();
}

// The filter answers while one chooses: the page that the form would load is fetched, and what differs is put in place.
const finder = document.querySelector("form[data-finder]");
if (finder) {
  const parts = ["tongues", "found", "as-calendar", "visits"];
  const visits = document.getElementById("visits");
  const found = document.getElementById("found");
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

  const ask = async (url = address()) => {
    clearTimeout(pause);
    if (url === location.pathname + location.search) return null;
    const fresh = await show(url);
    if (fresh) history.pushState(null, "", url);
    return fresh;
  };

  const fillIn = (fresh) => {
    for (const field of finder.elements) {
      const then = field.id && fresh.getElementById(field.id);
      if (then) [field.value, field.checked] = [then.value, then.checked];
    }
  };

  // Who pressed a button or a link wants to be where the answer is.
  finder.addEventListener("submit", async (event) => {
    event.preventDefault();
    await ask();
    found.focus();
  });
  found.addEventListener("click", async (event) => {
    if (!event.target.matches("a") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const fresh = await ask(event.target.getAttribute("href"));
    if (fresh) fillIn(fresh);
    found.focus();
  });
  finder.addEventListener("change", () => ask());
  finder.addEventListener("input", (event) => {
    if (!event.target.matches("input:not([type=checkbox])")) return;
    clearTimeout(pause);
    pause = setTimeout(() => ask(), 400);
  });
  addEventListener("popstate", async () => {
    const fresh = await show(location.href);
    if (fresh) fillIn(fresh);
  });
}
