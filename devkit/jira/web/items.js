// Links and buttons that apps have on the pages of the site: their own pages, places elsewhere, or dialogs.
import { api, complain, h } from "/web/dom.js";
import { openDialog } from "/web/app-dialogs.js";
import { bridgeOf } from "/web/bridge.js";

/** The elements for the web items on a part of a page; `place` is where that is. The name of a section stands before its items. */
export async function itemsAt(session, where, place) {
  const items = await api(`/stand-in/items?${new URLSearchParams({ where, ...place })}`);
  const open = (item) => {
    const options = { chrome: false, ...item.options, key: item.moduleKey, header: item.name };
    openDialog(bridgeOf(session, place), { appKey: item.appKey, place }, options).catch(complain);
  };
  let section = "";
  return items.flatMap((item) => {
    const begins = item.section && item.section !== section;
    section = item.section;
    return [begins && h("span", { class: "muted section" }, item.section), element(item, place, open)].filter(Boolean);
  });
}

function element(item, place, open) {
  const title = item.tooltip || `${item.name} (${item.appName})`;
  if (["dialog", "inlinedialog"].includes(item.opens)) return h("button", { type: "button", title, class: "of-app", onclick: () => open(item) }, item.name);
  const own = item.href.startsWith("/plugins/servlet/ac/");
  const elsewhere = /^https?:/.test(item.href) && { target: "_blank", rel: "noreferrer" };
  return h("a", { href: own ? `${item.href}?${new URLSearchParams(place)}` : item.href, title, class: "of-app", ...elsewhere }, item.name);
}
