// Knows the fault table: every fault in every operation, once and always; what holds in each cell, and what is printed.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../support/certificate.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { admin, hydra } from "../support/hydra.ts";
import { faultList, waitedFor } from "./fault-list.ts";
import { operations } from "./operation.ts";
import { type Cell, cellOf, eachOf, type Mode } from "./table.ts";

const names = Object.keys(operations);
const table = new Map<string, Cell>();
const key = (mode: Mode, fault: string, operation: string) => `${mode}/${fault}/${operation}`;

let elsewhere: FaultProxy;
let expired: FaultProxy;
let misnamed: FaultProxy;
let faults: Readonly<Record<string, Fault>>;
let lines: Readonly<Record<string, { settings: { adminUrl: string; caCertificate?: string } }>>;
beforeAll(async () => {
  elsewhere = await startFaultProxy(hydra.adminUrl);
  const old = selfSigned({ until: Date.now() - 3_600_000 });
  const other = selfSigned({ host: [127, 0, 0, 9] });
  expired = await startFaultProxy(hydra.adminUrl, { certificate: old });
  misnamed = await startFaultProxy(hydra.adminUrl, { certificate: other });
  faults = faultList(elsewhere.url);
  lines = {
    // Nobody listens on a port that only an administrator may take.
    "connection refused": { settings: { adminUrl: "http://127.0.0.1:1" } },
    "expired certificate": { settings: { adminUrl: expired.url, caCertificate: old.cert } },
    "certificate of another host": { settings: { adminUrl: misnamed.url, caCertificate: other.cert } },
  };
});
afterAll(async () => {
  for (const proxy of [elsewhere, expired, misnamed]) await proxy[Symbol.asyncDispose]();
});

/** These cost much and differ little from operation to operation. */
const few = ["create a client", "read a client"];

/** The faults that end by themselves in this mode. */
function faultsOf(mode: Mode) {
  const all = mode === "everything" ? { ...faults, ...lines } : faults;
  return Object.entries(all).filter(([fault]) => mode === "once" || !waitedFor.includes(fault));
}

async function fill(mode: Mode): Promise<void> {
  const all = faultsOf(mode).flatMap(([fault, how]) =>
    names.filter((name) => fault !== "huge body" || few.includes(name)).map((name) => ({ fault, how, name })),
  );
  await eachOf(all, 12, async ({ fault, how, name }) => {
    const operation = await operations[name]?.();
    if (operation) table.set(key(mode, fault, name), await cellOf(operation, mode, hydra.adminUrl, how));
  });
}

const wrongIn = (mode: Mode) =>
  [...table].flatMap(([place, { wrong }]) =>
    place.startsWith(`${mode}/`) ? wrong.map((text) => `${place}: ${text}`) : [],
  );

/** Faults that no repetition helps against: the operation fails at once, and with it the table says what a person reads. */
const final =
  /^(HTML page with status 404|redirect|huge body|status 401|status 429 with Retry-After: 7200|expired|certificate)/;

describe("a fault", () => {
  it("that comes once is got over, and nothing is doubled, lost or told wrong", async () => {
    await fill("once");
    expect(wrongIn("once")).toEqual([]);
    const failed = [...table].filter(
      ([place, { ended }]) => ended !== "done" && !final.test(place.split("/")[1] ?? ""),
    );
    expect(failed.map(([place, { message }]) => `${place}: ${message}`)).toEqual([]);
  });

  it("that stays ends in an error that tells the truth, and the next up mends it", async () => {
    await fill("always");
    await fill("everything");
    expect([...wrongIn("always"), ...wrongIn("everything")]).toEqual([]);
    const ends = new Set([...table.values()].map(({ ended }) => ended));
    expect([...ends].sort()).toEqual(["done", "kept", "nothing", "unsure"]);
    const unexplained = [...table].filter(
      ([, { ended, message }]) => ended !== "done" && !/^could not .* \[[a-z-]+\]$/.test(message),
    );
    expect(unexplained).toEqual([]);
  });

  it("never leads credentials or requests to another host", () => {
    expect(elsewhere.seen).toEqual([]);
    expect([expired.seen, misnamed.seen]).toEqual([[], []]);
  });

  it("of a body without end is read to its limit and no further", () => {
    const received = few.map((name) => table.get(key("everything", "huge body", name))?.received ?? 0);
    const megabyte = 1024 * 1024;
    for (const bytes of received) expect(bytes).toBeGreaterThan(32 * megabyte);
    // Six requests at most, each with what was on the way when the reader left.
    for (const bytes of received) expect(bytes).toBeLessThan(6 * 40 * megabyte);
  });
});

const words: Readonly<Record<string, string>> = { done: "done", nothing: "fails", unsure: "unsure", kept: "kept" };

function rows(mode: Mode): string[] {
  return faultsOf(mode).map(([fault]) => {
    const cells = names.map((name) => table.get(key(mode, fault, name)));
    const texts = cells.map((cell) =>
      cell ? `${words[cell.ended] ?? cell.ended} ${fault in lines ? "" : cell.requests}`.trim() : "",
    );
    return `| ${fault} | ${texts.join(" | ")} |`;
  });
}

function messages(): string[] {
  return faultsOf("everything").map(([fault]) => {
    const { message = "" } = table.get(key("everything", fault, "create a client")) ?? {};
    const text = message
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "…")
      .replaceAll(elsewhere.url, "https://elsewhere.example")
      .replaceAll(/https?:\/\/127\.0\.0\.1:\d+/g, "https://hydra.example")
      .replaceAll(/127\.0\.0\.1:\d+/g, "hydra.example")
      .replace(
        /; it may have created the client.* \[/,
        "; it may have created the client …; *how to import or delete it* [",
      );
    return `| ${fault} | ${text === "" ? "none: Hydra created the client, under the id that the provider generated" : text.replaceAll("|", "\\|")} |`;
  });
}

afterAll(async () => {
  const { body } = await admin.get("/version");
  const head = [`| Fault | ${names.join(" | ")} |`, `|---|${names.map(() => "---").join("|")}|`];
  const text = [
    "# What faults on the way to Hydra do",
    "",
    `\`npm run faults\` writes this page. It puts a proxy between the provider and a real Hydra (${String(body.version)}). The proxy damages requests and`,
    "responses. The test tries each fault in each operation of clients, lifespans and trusts, on the plugin, with `hydra:retries` 2 and `hydra:timeout` 2 (60 for the huge body).",
    "Other tests cover keys and revocations, and the [kill](../CONTRIBUTING.md#faults-kills-load) of a program, a provider or a CLI.",
    "",
    "A cell says how the operation ended, and how many requests arrived at the proxy:",
    "",
    "- **done**: the operation succeeded. The state agrees with the server.",
    "- **fails**: the operation ended with an error. The state is as before. The server is as before too, except that a delete may have happened: the message then asks for a `pulumi refresh`.",
    "- **kept**: the operation ended with an error, and the change may or may not have happened. The resource stays in the state as unfinished. The next `up` checks and",
    "  completes the change.",
    "- **unsure**: the operation ended with an error, and the object may or may not exist. Pulumi records nothing. The message says how to find the object, and how to",
    "  import or delete it. If the object is a client, the message contains its id.",
    "- In an empty cell, the test did not try the fault. Only *huge body* has such cells: it takes long, and differs little between operations.",
    "",
    "Hydra carries out the request in the rows from *no headers in time* to *garbage with status 200*, in *wrong content type*, in *huge body*, and in each row whose name ends with",
    "*after the request is carried out*. In the other rows, Hydra never gets the whole request. For a *conflict in the database*, the proxy sends the response that Hydra sends when its database has rolled back a transaction.",
    "In *wrong content type*, the proxy replaces all headers of the response. In the third table, the list of trusts meets this fault too. The list then has no header `Link`, so the provider cannot know that the",
    "list is complete. A delete of a trust reads the list first, so it fails before it changes anything.",
    "",
    "After each create and update, the test ran `up` without the fault. The server then had exactly one object, as the program declares it. If the object was a",
    "client, Hydra accepted the recorded secret. A second `up` changed nothing. After *unsure*, the test first deleted the object. After each delete, the test ran `destroy` again: the server then had no",
    "object. After a read that failed, the state was as before. The provider sent nothing to the host of a redirect, and nothing to a server with a bad certificate.",
    "",
    "The second and third table leave out two faults: status 429, and status 429 with `Retry-After: 1`. If a server always answers like this, the provider waits, for up to",
    "an hour. The third table adds three faults of the connection itself: no request arrives.",
    "",
    "## Once: the main request meets the fault at its first attempt",
    "",
    "The main request is the one that makes the change, or the GET of the object in a read.",
    "",
    ...head,
    ...rows("once"),
    "",
    "## Always: the main request meets the fault at each attempt",
    "",
    ...head,
    ...rows("always"),
    "",
    "## Everything: every request of the operation meets the fault",
    "",
    ...head,
    ...rows("everything"),
    "",
    "## The message when a client is created and every request meets the fault",
    "",
    "| Fault | Message |",
    "|---|---|",
    ...messages(),
    "",
  ];
  const file = process.env.FAULT_TABLE;
  if (file) writeFileSync(file, text.join("\n"));
  console.log(file ? text.join("\n") : `faults: ${table.size} cells on Hydra ${String(body.version)}`);
});
