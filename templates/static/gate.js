// The gate works without this file, as long as there is a network. With it a mark shows at once, is kept in the open
// page while the network is away, and goes later, once: each mark has a key of its own.

const list = document.getElementById("gate-list");
const field = document.getElementById("q");
const status = document.querySelector("[data-state]");

if (list) {
  const waiting = [];
  const RETRY = 4000;
  const LOOK = 30000;
  let sending = false;
  let refused = false;

  const plain = (text) => text.trim().toLowerCase().replaceAll("ё", "е").replaceAll("-", "");

  const find = () => {
    const wanted = plain(field.value);
    for (const party of list.querySelectorAll("[data-find]")) party.hidden = !plain(party.dataset.find).includes(wanted);
    for (const none of list.querySelectorAll("[data-none]")) {
      none.hidden = none.closest("section").querySelector("[data-find]:not([hidden])") !== null;
    }
  };

  const say = () => {
    const said = waiting.length ? `${status.dataset.waiting} ${waiting.length}` : refused ? status.dataset.refused : "";
    if (status.textContent !== said) status.textContent = said;
  };

  const words = list.dataset;

  const look = (button, came, undoing) => {
    const [, who] = button.value.split("-");
    button.value = `${came ? "undo" : "come"}-${who}`;
    button.classList.toggle("button-quiet", came);
    button.textContent = who === "all" ? (came ? words.undoAll : words.all) : (came ? words.undo : words.here);
    const label = button.getAttribute("aria-label");
    button.setAttribute("aria-label", `${came ? undoing : words.mark}${label.slice(label.indexOf(":"))}`);
  };

  const draw = (form, act, who) => {
    for (const guest of form.querySelectorAll(".gate-guest")) {
      const button = guest.querySelector("button");
      if (who !== "all" && button.value.split("-")[1] !== who) continue;
      guest.classList.toggle("gate-came", act === "come");
      look(button, act === "come", words.unmark);
    }
    const everybody = form.querySelector("button[value$=all]");
    const all = !form.querySelector(".gate-guest:not(.gate-came)");
    if (everybody) look(everybody, all, words.unmarkAll);
    const visit = form.closest("section");
    visit.querySelector("[data-came]").textContent = visit.querySelectorAll(".gate-came").length;
  };

  const post = (mark) => fetch(mark.action, {
    method: "POST",
    body: mark.body,
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(15000),
  });

  const send = async () => {
    if (sending) return;
    sending = true;
    while (waiting.length) {
      const answer = await post(waiting[0]).catch(() => null);
      if (!answer || answer.status >= 500 || answer.status === 429) break;
      refused ||= !answer.ok;
      waiting.shift();
      say();
    }
    sending = false;
    say();
    if (waiting.length) setTimeout(send, RETRY);
  };

  list.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (!button) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("mark", button.value);
    body.set("key", crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2).padEnd(12, "0")}`);
    waiting.push({ action: form.action, body });
    draw(form, ...button.value.split("-"));
    send();
  });

  // What other guards marked meanwhile.
  const refresh = async () => {
    if (waiting.length || document.visibilityState !== "visible" || list.contains(document.activeElement)) return;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (!answer || !answer.ok || waiting.length) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("gate-list");
    if (!fresh) return;
    list.replaceChildren(...fresh.childNodes);
    find();
  };

  field.addEventListener("input", find);
  addEventListener("online", send);
  addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
  setInterval(refresh, LOOK);
}
