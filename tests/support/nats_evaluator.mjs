// An evaluator's system in another language: reads some outcomes by its durable consumer, says that it has, and ends.
// What it reads last it does not confirm, as one that dies before it could: that comes again to whoever reads next.
// node nats_evaluator.mjs URL FILE-OF-KEY NAME COUNT
import { readFileSync } from "node:fs";
import { connect, nkeyAuthenticator } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";

const [url, file, name, count] = process.argv.slice(2);
const seed = new TextEncoder().encode(readFileSync(file, "utf8").trim());
const bus = await connect({ servers: url, authenticator: nkeyAuthenticator(seed), inboxPrefix: `_INBOX_${name}` });
const ear = await jetstream(bus, { apiPrefix: "READ" }).consumers.get("OUTCOMES", name);
for (let left = Number(count); left > 0; left -= 1) {
  const message = await ear.next({ expires: 30000 });
  if (message === null) break;
  console.log(message.string());
  if (left > 1) await message.ackAck();
  else message.nak();
}
await bus.drain();
