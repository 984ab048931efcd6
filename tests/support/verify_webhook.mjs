// Verifies webhooks from standard input with the reference library of Standard Webhooks, and tells which are sound.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

// The tests have a clock of their own, and the library allows five minutes.
Date.now = () => Number(process.argv[2]);

const sound = ({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(sound)));
