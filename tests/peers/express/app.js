// An app written with Atlassian's own framework for Express: the stand-in is to host it as Jira would.
// PORT is where it listens, JIRA the site that it registers itself on; with AC_OPTS=no-reg it waits to be installed.
"use strict";
const oauth = require("atlassian-oauth2");
const bodyParser = require("body-parser");
const express = require("express");

// The framework asks Atlassian's authorization server, whatever the site; the site of a test has its own.
const { getAccessToken } = oauth;
oauth.getAccessToken = (asked) => getAccessToken({ ...asked, authorizationServerBaseUrl: asked.hostBaseUrl });
const ace = require("atlassian-connect-express");

/** The framework's store, in memory: its own one wants SQLite. Tenants and tokens by client key. */
class Memory {
  constructor() {
    this.values = new Map();
  }
  isMemoryStore() {
    return true;
  }
  async get(key, clientKey) {
    return this.values.get(`${clientKey}/${key}`) ?? null;
  }
  async set(key, value, clientKey) {
    this.values.set(`${clientKey}/${key}`, value);
    return value;
  }
  async del(key, clientKey) {
    this.values.delete(`${clientKey}/${key}`);
  }
  saveInstallation(value, clientKey) {
    return this.set("clientInfo", value, clientKey);
  }
}

ace.store.register("memory", () => new Memory());
const app = express();
app.set("port", process.env.PORT);
const addon = ace(app);
const heard = [];

app.use(bodyParser.json({ limit: "25mb" }));
app.use(addon.middleware());

for (const event of ["jira:issue_created", "jira:issue_updated", "comment_created"]) {
  addon.on(event, (name, body) => heard.push({ event: name, issue: body.issue.key, status: body.issue.fields.status.name }));
}

// The framework answers `installed` itself; the others are an app's own.
for (const name of ["enabled", "disabled"]) {
  app.post(`/${name}`, addon.authenticate(), (request, response) => response.status(204).end());
}
app.post("/uninstalled", addon.authenticateInstall(), async (request, response) => {
  await addon.settings.del("clientInfo", request.context.clientKey);
  response.status(204).end();
});

const page = (title, script) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<script src="/atlassian-connect/all.js" data-options="margin:false"></script></head>
<body><div class="ac-content"><h3>${title}</h3><p id="out"></p></div>${script}</body></html>`;

// The page's token is for its own URL alone; what it asks for later, it asks with a context token.
const followed = `<script>
  async function read() {
    const token = await AP.context.getToken();
    const answer = await fetch("/heard", { headers: { Authorization: "JWT " + token } });
    document.getElementById("out").textContent = answer.ok ? await answer.text() : "refused: " + answer.status;
    setTimeout(read, 250);
  }
  read();
</script>`;

app.get("/panel", addon.authenticate(), (request, response) => response.send(page("Heard", followed)));
app.get("/page", addon.authenticate(), (request, response) => response.send(page("Page", "")));
app.get("/talk", addon.authenticate(), (request, response) => response.send(page("Talk", "")));

app.get("/heard", addon.authenticate(true), (request, response) => {
  const { issue } = request.context.context.jira;
  const mine = heard.filter((each) => each.issue === issue.key);
  response.type("text").send([issue.key, ...mine.map((each) => `${each.event} ${each.status}`)].join(", "));
});

// Jira's REST, asked by the framework's own client: as the app, and as the user of the token.
app.get("/asked", addon.authenticate(true), (request, response) => {
  const client = addon.httpClient(request);
  const asked = request.query.as === "user" ? client.asUserByAccountId(request.context.userAccountId) : client;
  asked.get("/rest/api/3/myself", (fault, answer, body) =>
    fault ? response.status(502).send(String(fault)) : response.status(answer.statusCode).type("text").send(body));
});

// Atlassian's own all.js, under a path by which it knows its own script element and so reads `data-options`.
app.get("/atlassian-connect/all.js", (request, response) => response.sendFile(require.resolve("atlassian-connect-js/dist/iframe.js")));

// A page that is itself the host, by Atlassian's own code, for the app whose page is at `?frame=`.
app.get("/host", (request, response) => response.sendFile(`${__dirname}/host.html`));
app.use("/modules", express.static(`${__dirname}/node_modules`));

app.listen(process.env.PORT, "127.0.0.1", () => {
  console.log(`ready http://localhost:${process.env.PORT}`);
  addon.register();
});
