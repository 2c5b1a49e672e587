// Inside VK only. The pages work without this file, but VK shows an app that does not say it is there as broken.

const bridge = window.vkBridge;
const page = document.documentElement;
const SHORTEST = 500, TALLEST = 4050, NARROWEST = 360, WIDEST = 1000;

// VK answers nothing where it does not know what is asked.
const ask = (what, how) => Promise.race([
  bridge.send(what, how),
  new Promise((_, reject) => { setTimeout(reject, 60000, new Error(what)); }),
]);
const wish = (what, how) => { ask(what, how).catch(() => {}); };

// A frame may be denied its storage; then the theme comes with VK's first message.
const kept = (theme) => {
  try {
    if (theme) sessionStorage.setItem("theme", theme);
    return sessionStorage.getItem("theme");
  } catch {
    return theme;
  }
};
const dress = (theme) => { if (theme === "light" || theme === "dark") page.dataset.theme = kept(theme) || theme; };
const schemes = { space_gray: "dark", vkcom_dark: "dark", bright_light: "light", vkcom_light: "light" };

// A post's link ends in #slot=<id>.
const follow = (fragment) => {
  const found = /^#?(?:slots?[=/])?([\w-]{4,64})$/.exec(fragment || "");
  if (found) location.replace(`${page.dataset.root}slots/${found[1]}`);
};

bridge.subscribe(({ detail: { type, data } }) => {
  if (type === "VKWebAppUpdateConfig") dress(data.appearance || schemes[data.scheme]);
  if (type === "VKWebAppLocationChanged" || type === "VKWebAppChangeFragment") follow(data.location);
});
dress(kept());
wish("VKWebAppInit");
if ("entry" in page.dataset) follow(location.hash);

addEventListener("DOMContentLoaded", () => {
  // Browsers do not honour autofocus in a frame of another origin.
  if (parent !== window) document.querySelector("[autofocus]")?.focus();
  let told = 0;
  const resize = () => {
    const height = Math.min(TALLEST, Math.max(SHORTEST, Math.ceil(document.body.getBoundingClientRect().height)));
    if (height === told) return;
    told = height;
    wish("VKWebAppResizeWindow", { width: Math.min(WIDEST, Math.max(NARROWEST, innerWidth)), height });
  };
  new ResizeObserver(resize).observe(document.body);

  const offer = document.querySelector("[data-vk-fill]");
  if (!offer) return;
  const put = (id, value) => {
    const field = document.getElementById(id);
    if (!value || field.value) return false;
    field.value = value;
    return true;
  };
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", async () => {
    const said = offer.querySelector("[role=status]");
    const user = await ask("VKWebAppGetUserInfo").catch(() => ({}));
    const name = [user.first_name, user.last_name].filter(Boolean).join(" ");
    if (put("contact-name", name)) document.getElementById("name-given").value = name;
    const mail = await ask("VKWebAppGetEmail").catch(() => ({}));
    put("contact-email", mail.email);
    said.textContent = name ? said.dataset.filled : said.dataset.refused;
    document.getElementById("contact-name").focus();
  });
});
