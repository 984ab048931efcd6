// Reads an AsyncAPI document from standard input with the official parser, and tells as JSON what it has to say of it.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
const told = diagnostics.map(({ code, severity, message, path }) => ({
  severity: ["error", "warning", "information", "hint"][severity],
  code,
  message,
  path: path.join("/"),
}));
const messages = document ? document.allMessages().all().map((message) => message.name()) : [];
process.stdout.write(JSON.stringify({ messages, diagnostics: told }));
