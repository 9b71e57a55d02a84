// The same app as far as it is measured, written with Atlassian's own framework for Express: a webhook's token is
// verified, its tenant read, the webhook put on a queue, and then answered. PEER_STORE says where tenants are kept.
"use strict";
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
const bodyParser = require("body-parser");
const express = require("express");
const serverless = require("serverless-http");
const ace = require("atlassian-connect-express");

/** The framework's store in memory, with the one tenant that there is. Its own one wants SQLite, and is slower. */
const memory = () => {
  const values = new Map([["clientInfo", JSON.parse(process.env.PEER_TENANT)]]);
  return {
    isMemoryStore: () => true,
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => values.set(key, value) && value,
    saveInstallation: async (value) => values.set("clientInfo", value) && value,
  };
};

ace.store.register("memory", memory);
if (process.env.PEER_STORE === "dynamodb") {
  // Named here, too, since a bundler does not see what the framework loads by a name that it computes.
  ace.store.register("dynamodb", require("atlassian-connect-express/lib/store/dynamodb"));
}
const app = express();
const addon = ace(app);
const queue = new SQSClient({});

app.use(bodyParser.json({ limit: "25mb" }));
app.use(addon.middleware());

app.post("/webhooks/:event", addon.authenticate(), async (request, response) => {
  const message = { clientKey: request.context.clientKey, event: request.params.event, body: request.body };
  await queue.send(
    new SendMessageCommand({
      QueueUrl: `${process.env.AWS_ENDPOINT_URL}/000000000000/deliveries`,
      MessageBody: JSON.stringify(message),
      MessageGroupId: message.clientKey,
    }),
  );
  response.status(204).end();
});

exports.handler = serverless(app);
