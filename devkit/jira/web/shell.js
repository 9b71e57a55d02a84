// What every page begins with: who uses it, which colours, and word of what changes.
import { api, dialog, field, h } from "/web/dom.js";
import { itemsAt } from "/web/items.js";

const page = document.body.dataset.page;
const part = page === "app" && new URLSearchParams(location.search).has("project") ? "board" : page; // a page of a project

for (const link of document.querySelectorAll("nav a")) {
  if (link.dataset.for.split(" ").includes(part)) link.setAttribute("aria-current", "page");
}

const chooser = document.getElementById("colors");
chooser.value = window.colors.stored();
chooser.addEventListener("change", () => window.colors.choose(chooser.value));

const START_PATIENCE = 2000; // milliseconds
let early = [];
const tell = (detail) => dispatchEvent(detail.kind === "again" ? new CustomEvent("live-again") : new CustomEvent("live", { detail }));

/**
 * Tells the page what changes: as events "live" on the window; "live-again" after a pause without connection, or where
 * so much happened that not all of it is told. What happens before the page is shown is kept for it. Resolves once the connection stands, so that nothing falls between.
 */
function listen() {
  const stream = new EventSource("/stand-in/live");
  const offline = document.getElementById("offline");
  let lost = false;
  const open = new Promise((resolve) => stream.addEventListener("open", resolve, { once: true }));
  stream.onopen = () => {
    offline.hidden = true;
    if (lost) dispatchEvent(new CustomEvent("live-again"));
    lost = false;
  };
  stream.onerror = () => {
    lost = true;
    offline.hidden = false;
  };
  stream.onmessage = (event) => (early ? early.push(JSON.parse(event.data)) : tell(JSON.parse(event.data)));
  addEventListener("pagehide", () => stream.close());
  return Promise.race([open, new Promise((resolve) => setTimeout(resolve, START_PATIENCE))]);
}

const LOCALES = ["en_US", "en_UK", "de_DE", "fr_FR", "es_ES", "ja_JP", "pt_BR"];

/** Who uses the site, in which language and time zone; apps are told when their pages load anew. */
function chooseUser(session) {
  const option = (value, text, chosen) => h("option", { value, selected: chosen }, text);
  const role = (user) => (user.isAdmin ? "administrator" : user.accountId ? "member" : "not logged in");
  const locales = [...new Set([session.user.locale, ...LOCALES])];
  const zones = [...new Set([session.user.timeZone, ...Intl.supportedValuesOf("timeZone")])];
  dialog("Who uses this site", [
    field("User", h("select", { name: "accountId" }, session.users.map((user) => option(user.accountId, `${user.name} (${role(user)})`, user.accountId === session.user.accountId)))),
    field("Language", h("select", { name: "locale" }, locales.map((name) => option(name, name, name === session.user.locale)))),
    field("Time zone", h("select", { name: "timeZone" }, zones.map((name) => option(name, name, name === session.user.timeZone)))),
  ], { action: "Use", save: async ({ accountId, locale, timeZone }) => {
    const changed = { ...(locale !== session.user.locale && { locale }), ...(timeZone !== session.user.timeZone && { timeZone }) };
    await api("/stand-in/session", { method: "PUT", body: { accountId, ...changed } });
    location.reload();
  } });
}

/** The pages of apps that the user may open, and their links, under the pages of the site. */
async function showMenu(session) {
  const items = [...(await itemsAt(session, "top", {})), ...(await itemsAt(session, "user", {}))];
  const pages = (await api("/stand-in/menu")).filter(({ kind }) => kind === "generalPages");
  document.querySelectorAll(".top nav .of-app, .top nav .section").forEach((each) => each.remove());
  document.querySelector(".top nav").append(...pages.map(({ appKey, moduleKey, name }) => {
    const href = `/plugins/servlet/ac/${encodeURIComponent(appKey)}/${encodeURIComponent(moduleKey)}`;
    const here = location.pathname === href;
    if (here) document.querySelector("nav a[aria-current]")?.removeAttribute("aria-current");
    return h("a", { href, class: "of-app", "aria-current": here && "page" }, name);
  }), ...items);
  // On a narrow window the pages run out of it to the right.
  document.querySelector("nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

const main = document.getElementById("main");
try {
  const session = await api("/stand-in/session");
  const me = document.getElementById("me");
  me.dataset.letters = session.user.name.split(" ").map((word) => word[0]).join("");
  me.setAttribute("aria-label", `You are ${session.user.name}: change`);
  me.title = session.user.name;
  me.addEventListener("click", () => chooseUser(session));
  await listen();
  await showMenu(session);
  addEventListener("live", ({ detail }) => detail.kind === "apps" && showMenu(session));
  const { show } = await import(`/web/${page}.js`);
  await show(main, session);
  early.splice(0).forEach(tell);
  early = null;
} catch (fault) {
  main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, fault.status === 404 ? "Not found" : "This page can not be shown"),
    h("p", {}, fault.message), h("a", { href: "/" }, "Back to the board")));
}
