// What every page begins with: who uses it, which colours, and word of what changes.
import { api, h } from "/web/dom.js";

const page = document.body.dataset.page;

for (const link of document.querySelectorAll("nav a")) {
  if (link.dataset.for.split(" ").includes(page)) link.setAttribute("aria-current", "page");
}

const chooser = document.getElementById("colors");
chooser.value = window.colors.stored();
chooser.addEventListener("change", () => window.colors.choose(chooser.value));

/** Tells the page what changes: as events "live" on the window; "live-again" after a pause without connection. */
function listen() {
  const stream = new EventSource("/stand-in/live");
  const offline = document.getElementById("offline");
  let lost = false;
  stream.onopen = () => {
    offline.hidden = true;
    if (lost) dispatchEvent(new CustomEvent("live-again"));
    lost = false;
  };
  stream.onerror = () => {
    lost = true;
    offline.hidden = false;
  };
  stream.onmessage = (event) => dispatchEvent(new CustomEvent("live", { detail: JSON.parse(event.data) }));
  addEventListener("pagehide", () => stream.close());
}

const main = document.getElementById("main");
try {
  const session = await api("/stand-in/session");
  const me = document.getElementById("me");
  me.textContent = session.user.name.split(" ").map((word) => word[0]).join("");
  me.setAttribute("aria-label", `You are ${session.user.name}`);
  me.title = session.user.name;
  listen();
  const { show } = await import(`/web/${page}.js`);
  await show(main, session);
} catch (fault) {
  main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, fault.status === 404 ? "Not found" : "This page can not be shown"),
    h("p", {}, fault.message), h("a", { href: "/" }, "Back to the board")));
}
