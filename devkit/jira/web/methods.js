// The methods of the bridge that an app can call. `args` are what the app gave; a promise method answers an error or
// a result, the others a result alone.
// Source: https://developer.atlassian.com/cloud/jira/platform/about-the-javascript-api/
import { api, flag } from "/web/dom.js";

const ALLOWED = ["accept", "content-type", "if-match", "if-none-match"];

const plain = (args, run) => ({ args, run });
const promised = (args, run) => ({ args, run, promise: true });

/** All methods by module; a class is a member that has a `constructor` of its own. */
export function methods(bridge) {
  const { session, issue } = bridge;
  return {
    _globals: { request: promised(["url", "options"], (frame, args) => request(frame, args)) },
    env: {
      resize: plain(["width", "height"], (frame, [width, height]) => resize(frame, width, height)),
      sizeToParent: plain(["hideFooter"], (frame) => frame.element.classList.add("tall")),
      hideFooter: plain(["hideFooter"], () => undefined),
      getLocation: plain([], () => location.href),
    },
    context: {
      getToken: promised([], (frame) => token(frame, issue)),
      getContext: promised([], (frame) => frame.options.structuredContext),
    },
    events: {
      emit: plain(["name"], (frame, [name, ...args]) => bridge.emit(frame, name, args)),
      emitPublic: plain(["name"], (frame, [name, ...args]) => bridge.emitPublic(frame, name, args)),
    },
    flag: {
      create: {
        constructor: plain(["options"], (frame, [options], id) => openFlag(bridge, frame, options || {}, id)),
        close: plain([], (frame, args, id) => frame.flags.get(id)?.()),
      },
    },
    navigator: {
      go: plain(["target", "context"], (frame, [target, context]) => go(bridge, frame, target, context || {})),
      reload: plain([], () => location.reload()),
    },
    jira: { refreshIssuePage: plain([], () => dispatchEvent(new CustomEvent("live-again"))) },
    theming: {
      initializeTheming: plain(["forceNoCleanup"], (frame, [forceNoCleanup = false]) => {
        frame.themed = true;
        bridge.send(frame, { type: "evt", etyp: "theme_initialized", evnt: { initialTheme: bridge.theme(), forceNoCleanup } });
      }),
      _finishedInitTheming: plain([], () => undefined),
    },
    user: {
      getCurrentUser: promised([], () => ({ atlassianAccountId: session.user.accountId })),
      getLocale: promised([], () => session.user.locale),
      getTimeZone: promised([], () => session.user.timeZone),
    },
  };
}

/** The same methods as the frame is told of them, in its name. */
export function apiOf(all) {
  const spec = (member) => ({ args: member.args, ...(member.promise && { returnsPromise: true }) });
  const inner = (members) =>
    Object.fromEntries(Object.entries(members).map(([name, member]) => [name, typeof member.run === "function" ? spec(member) : inner(member)]));
  return inner(all);
}

function resize(frame, width, height) {
  const size = (value) => (typeof value === "number" || /^\d+$/.test(value) ? `${value}px` : String(value));
  // A panel is as wide as its column.
  if (height !== undefined && height !== null) frame.element.style.height = size(height);
  return true;
}

/** Leads the whole page elsewhere on this site. */
function go(bridge, frame, target, { issueKey, relativeUrl, absoluteUrl }) {
  const places = { issue: issueKey && `/browse/${encodeURIComponent(issueKey)}`, dashboard: "/", site: relativeUrl || absoluteUrl };
  const place = Object.hasOwn(places, target) && places[target] ? new URL(places[target], location.origin) : undefined;
  if (place?.origin === location.origin) location.assign(place);
  else bridge.warn(frame, `AP.navigator.go(${JSON.stringify(target)}) leads nowhere in this stand-in.`);
}

async function token(frame, issue) {
  const answer = await api(`/stand-in/issues/${issue.id}/token`, { method: "POST", body: { appKey: frame.appKey } });
  if (!answer.token) throw new Error("The app gets no tokens: its authentication is none, or it is switched off.");
  return answer.token;
}

function openFlag(bridge, frame, options, id) {
  const tell = (name, data) => bridge.send(frame, { type: "evt", etyp: name, evnt: { ...data, flagIdentifier: id } });
  const end = flag({
    title: String(options.title ?? ""),
    body: String(options.body ?? ""),
    type: String(options.type || "info").toLowerCase(),
    close: options.close === "auto" ? "auto" : options.close === "never" ? "never" : "manual",
    actions: options.actions || {},
    onclose: () => tell("flag.close", {}),
    onaction: (actionIdentifier) => tell("flag.action", { actionIdentifier }),
  });
  frame.flags.set(id, end);
  return id;
}

/** A request to REST as the user; anything else on this site is no business of an app. */
async function request(frame, [first, second]) {
  const options = (typeof first === "string" ? second : first) || {};
  const target = new URL(String(typeof first === "string" ? first : options.url).replaceAll("/../", "/"), location.origin);
  if (target.origin !== location.origin || !target.pathname.startsWith("/rest/")) throw failure(403, "Forbidden", "Only paths below /rest/ can be asked for.");
  const method = String(options.type || "GET").toUpperCase();
  const reads = method === "GET" || method === "HEAD";
  if (reads && options.data && typeof options.data === "object") for (const [name, value] of Object.entries(options.data)) target.searchParams.append(name, value);
  const given = Object.entries(options.headers || {}).filter(([name]) => ALLOWED.includes(name.toLowerCase()));
  const headers = new Headers({ "AP-Client-Key": frame.appKey, ...Object.fromEntries(given) });
  if (options.contentType) headers.set("Content-Type", options.contentType);
  if (options.experimental) headers.set("X-ExperimentalApi", "opt-in");
  const body = reads || options.data === undefined ? undefined : typeof options.data === "object" ? JSON.stringify(options.data) : options.data;
  const answer = await fetch(target, { method, headers, body });
  const text = await answer.text();
  if (!answer.ok) throw failure(answer.status, answer.statusText, text);
  return { body: text, xhr: xhr(answer.status, answer.statusText, text) };
}

const xhr = (status, statusText, responseText) => ({ status, statusText, responseText });
const failure = (status, statusText, text) => ({ xhr: xhr(status, statusText, text), err: text });
