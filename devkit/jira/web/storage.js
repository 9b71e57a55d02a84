// What an app's page keeps on the host page: cookies (in the browser's storage, apart for each app) and its own history.
// Sources: https://developer.atlassian.com/cloud/jira/platform/jsapi/cookie/ and …/jsapi/history/
const plain = (args, run) => ({ args, run });
const promised = (args, run) => ({ args, run, promise: true });
const DAY = 86400000;

const named = (frame, name) => `cookie:${frame.appKey}:${name}`;

export function cookies() {
  return {
    save: plain(["name", "value", "expires"], (frame, [name, value, days]) =>
      localStorage.setItem(named(frame, name), JSON.stringify({ value: String(value), until: days ? Date.now() + days * DAY : null }))),
    read: promised(["name"], (frame, [name]) => {
      const { value = null, until = null } = JSON.parse(localStorage.getItem(named(frame, name)) || "{}");
      return until !== null && until < Date.now() ? null : value;
    }),
    erase: plain(["name"], (frame, [name]) => localStorage.removeItem(named(frame, name))),
  };
}

/** The state of an app's page, behind `#!` in the address, so that Back and Forward lead through it. */
export function history() {
  const state = () => (location.hash.startsWith("#!") ? decodeURIComponent(location.hash.slice(2)) : "");
  const address = (value) => `#!${encodeURIComponent(String(value ?? "").replace(/^#?!?/, ""))}`;
  return {
    getState: promised(["type"], (frame, [type]) => (type === "all" ? { hash: state(), query: Object.fromEntries(new URLSearchParams(location.search)), title: document.title, href: location.href, state: state() } : state())),
    pushState: plain(["state", "title"], (frame, [value]) => window.history.pushState(null, "", address(value))),
    replaceState: plain(["state", "title"], (frame, [value]) => window.history.replaceState(null, "", address(value))),
    back: plain([], () => window.history.back()),
    forward: plain([], () => window.history.forward()),
    go: plain(["delta"], (frame, [delta]) => window.history.go(Number(delta))),
    popState: plain([], () => new Promise((resolve) => {
      const before = state();
      addEventListener("popstate", () => resolve({ newURL: location.href, oldURL: `#!${before}`, hash: state(), state: state() }), { once: true });
    })),
  };
}
