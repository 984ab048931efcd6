"""How a tracker or an evaluator connects to the bus, in two languages: what `throughline subscribe` prints."""

from shared.bus.accounts.members import inbox_of

NOWHERE = "nats://..."
JETSTREAM = '    import { jetstream } from "@nats-io/jetstream";\n'
AS_PYTHON = """Python (pip install "nats-py[nkeys]"):

    import asyncio, json, nats

    async def main():
        bus = await nats.connect("{url}", nkeys_seed="{file}", inbox_prefix="{inbox}")
{body}
    asyncio.run(main())
"""
READS_PYTHON = """\
        outcomes = await bus.jetstream(prefix="READ").pull_subscribe_bind(
            "{name}", "OUTCOMES", inbox_prefix=b"{inbox}."
        )
        while True:
            try:
                messages = await outcomes.fetch(100, timeout=30)
            except nats.errors.TimeoutError:
                continue
            for message in messages:
                event = json.loads(message.data)
                print(event["type"], event["data"])
                await message.ack()
"""
ASKS_PYTHON = """\
        request = {{"external_id": "17", "jurisdiction": "KY", "topic": "licensing", "need": "How do others do it?"}}
        answer = await bus.request("inbound.requests.{name}", json.dumps(request).encode(), timeout=10)
        print(json.loads(answer.data))
        await bus.drain()
"""
AS_NODE = """\
Node (npm install {packages}):

    import {{ readFileSync }} from "node:fs";
    import {{ connect, nkeyAuthenticator }} from "@nats-io/transport-node";
{more}
    const seed = new TextEncoder().encode(readFileSync("{file}", "utf8").trim());
    const bus = await connect({{ servers: "{url}", authenticator: nkeyAuthenticator(seed), inboxPrefix: "{inbox}" }});
{body}"""
READS_NODE = """\
    const ear = await jetstream(bus, {{ apiPrefix: "READ" }}).consumers.get("OUTCOMES", "{name}");
    for await (const message of await ear.consume()) {{
      const event = message.json();
      console.log(event.type, event.data);
      message.ack();
    }}
"""
ASKS_NODE = """\
    const request = {{ external_id: "17", jurisdiction: "KY", topic: "licensing", need: "How do others do it?" }};
    const answer = await bus.request("inbound.requests.{name}", JSON.stringify(request), {{ timeout: 10000 }});
    console.log(answer.json());
    await bus.drain();
"""


def of_evaluator(url: str, file: str, name: str) -> str:
    """How an evaluator reads outcomes by its own consumer."""
    return _words(url, file, name, READS_PYTHON, READS_NODE, JETSTREAM)


def of_tracker(url: str, file: str, name: str) -> str:
    """How a tracker hands in a request and is answered."""
    return _words(url, file, name, ASKS_PYTHON, ASKS_NODE, "")


def _words(url: str, file: str, name: str, python: str, node: str, more: str) -> str:
    told = {"url": url or NOWHERE, "file": file, "inbox": inbox_of(name), "name": name}
    packages = "@nats-io/transport-node" + (" @nats-io/jetstream" if more else "")
    in_python = AS_PYTHON.format(**told, body=python.format(**told))
    return f"\n{in_python}\n{AS_NODE.format(**told, packages=packages, more=more, body=node.format(**told))}"
