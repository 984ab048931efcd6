// A tracker in another language: hands in each request that stands on a line of its input, and writes the answers out.
// node nats_tracker.mjs URL FILE-OF-KEY SOURCE
import { readFileSync } from "node:fs";
import { connect, nkeyAuthenticator } from "@nats-io/transport-node";

const [url, file, source] = process.argv.slice(2);
const seed = new TextEncoder().encode(readFileSync(file, "utf8").trim());
const bus = await connect({ servers: url, authenticator: nkeyAuthenticator(seed), inboxPrefix: `_INBOX_${source}` });
for (const request of readFileSync(0, "utf8").trim().split("\n")) {
  const answer = await bus.request(`inbound.requests.${source}`, request, { timeout: 30000 });
  console.log(answer.string());
}
await bus.drain();
