// The smallest client of Lambda's Runtime API: AWS's own for Node compiles a library of C++ when it is installed.
// What it lacks (deadlines, traces, errors of the handler) makes it quicker than AWS's, if anything.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"use strict";
const http = require("node:http");
const path = require("node:path");

const agent = new http.Agent({ keepAlive: true });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

const call = (method, place, body) =>
  new Promise((resolve, reject) => {
    const asked = http.request(
      { host, port, method, agent, path: `/2018-06-01/runtime/invocation/${place}` },
      (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });

(async () => {
  const { handler } = require(path.resolve(process.argv[2]));
  for (;;) {
    const { headers, body } = await call("GET", "next");
    const id = headers["lambda-runtime-aws-request-id"];
    const answer = await handler(JSON.parse(body), { awsRequestId: id });
    await call("POST", `${id}/response`, JSON.stringify(answer));
  }
})();
