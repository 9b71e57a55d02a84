// The dashboard: one gadget for each dashboard item that apps have.
import { api, h } from "/web/dom.js";
import { background } from "/web/background.js";
import { bridgeOf, logBox } from "/web/bridge.js";

const DASHBOARD = { "dashboard.id": "10000" };

export async function show(main, session) {
  const menu = await api("/stand-in/menu");
  const items = menu.filter(({ kind }) => kind === "jiraDashboardItems");
  const log = logBox();
  const bridge = bridgeOf(session, DASHBOARD, log);
  const gadgets = h("div", { class: "gadgets" });
  const unseen = background(bridge, menu, "dashboard");
  main.replaceChildren(h("div", { class: "heading" }, h("h1", {}, "Dashboard")), gadgets, unseen.element, log);
  if (!items.length) gadgets.append(h("p", { class: "empty small" }, "No app has a gadget here. An app adds one with a module of the kind jiraDashboardItems."));
  for (const [index, item] of items.entries()) await mount(gadgets, bridge, item, String(10000 + index));
  await unseen.load();
}

async function mount(gadgets, bridge, { appKey, moduleKey }, id) {
  const place = { ...DASHBOARD, "dashboardItem.id": id, "dashboardItem.key": moduleKey, "dashboardItem.viewType": "default" };
  const given = await api(`/stand-in/frame?${new URLSearchParams({ ...place, app: appKey, module: moduleKey })}`);
  const title = h("h2", {}, given.title, h("span", { class: "by" }, given.appName));
  gadgets.append(h("section", { class: "panel gadget", "aria-label": given.title }, title, bridge.mount(given, place)));
  bridge.frames.get(given.id).retitle = (text) => title.firstChild.replaceWith(text);
}
