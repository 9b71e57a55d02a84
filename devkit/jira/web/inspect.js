// What deliveries and calls have in common: blocks of text, tokens opened, requests as curl, two texts compared.
import { flag, h } from "/web/dom.js";

export const block = (title, content) => content && h("div", {}, h("h2", { class: "label" }, title), h("pre", { tabindex: "0", role: "region", "aria-label": title }, content));

const headerLines = (headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");

export const headerBlock = (headers) => block("Headers", headerLines(headers));

/** The answer to a request: its status, headers and body. */
export const answerBlock = (status, headers, body) => block(`Answer ${status}`, [headerLines(headers), pretty(body)].filter(Boolean).join("\n\n"));

export function pretty(content) {
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}

/** The first two parts of a token, read but not verified. */
export function opened(token) {
  try {
    return token.split(".").slice(0, 2).map((part) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)))));
  } catch {
    return [{}, {}];
  }
}

/** A token: header, claims, and what its query hash is made of. */
export function tokenBlock(header, claims, canonical, title = "Token") {
  const times = [["iat", claims.iat], ["exp", claims.exp]].filter(([, at]) => typeof at === "number").map(([name, at]) => `${name} is ${new Date(at * 1000).toISOString()}`);
  return block(title, [JSON.stringify(header), JSON.stringify(claims, null, 2), times.join("\n"), canonical && `qsh is to be the SHA-256 of\n${canonical}`].filter(Boolean).join("\n\n"));
}

/** How many characters two texts have in common, at their beginnings and then at their ends. */
function inCommon(one, other) {
  const most = Math.min(one.length, other.length);
  let [start, end] = [0, 0];
  while (start < most && one[start] === other[start]) start += 1;
  while (end < most - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return [start, end];
}

/** Two texts, line over line; that they differ is said, and where is marked. */
export function difference(title, expected, received) {
  const same = expected === received;
  const [start, end] = inCommon(expected, received || "");
  const parts = (text) => [text.slice(0, start), h("mark", {}, text.slice(start, text.length - end)), text.slice(text.length - end)];
  const line = (name, text) => h("div", { class: `side ${same ? "same" : name}` }, h("span", { class: "muted" }, name), h("code", {}, !text ? "(none)" : same ? text : parts(text)));
  return h("div", { class: "difference", role: "group", "aria-label": "Expected and received" }, h("h2", { class: "label" }, `${title}: ${same ? "" : "not "}as expected`), line("expected", expected), same ? null : line("received", received));
}

const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;

/** A button that copies a request as a command for the shell. */
export function curlButton(method, url, headers, body) {
  const command = () => ["curl -i", `-X ${method}`, ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`), ...(body ? [`--data-binary ${quoted(body)}`] : []), quoted(url)].join(" ");
  return h("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(command());
      flag({ title: "Copied as curl", body: "A token is good for minutes only.", type: "success" });
    } catch {
      flag({ title: "The browser does not let this page copy", body: command(), type: "error", close: "manual" });
    }
  } }, "Copy as curl");
}
