// Knows what trusts that share a key become when one process, or two, delete, replace and create them, in any order.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OperationError } from "../../provider/host/operation-error.ts";
import { createPlugin } from "../../provider/host/plugin/plugin.ts";
import { type Abilities, probe, rawDelete, rawPost, trustPath, trustsPath } from "../property/server.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";

type Wire = Record<string, NonNullable<unknown>>;
interface Held {
  readonly id: string;
  readonly properties: Wire;
}

let proxy: FaultProxy;
let abilities: Abilities;
beforeAll(async () => {
  proxy = await startFaultProxy(hydra.adminUrl, { steady: true });
  abilities = await probe();
});
beforeEach(() => {
  proxy.spoil(undefined);
  proxy.onStage(undefined);
  proxy.seen.length = 0;
});
afterAll(() => proxy[Symbol.asyncDispose]());

const expiresAt = "2099-01-31T00:00:00Z";
const newKey = (kid = "k1") => generateKey("ES256", kid).publicJwk;

/** A process of the plugin: what it knows of trusts ends with it. */
function startProcess(adminUrl = proxy.url) {
  const stop = new AbortController();
  const warnings: string[] = [];
  const plugin = createPlugin(
    () => async (_urn: string, message: string) => void warnings.push(message),
    () => stop.signal,
  );
  plugin.configure({ adminUrl, retries: 2 });
  const asked = (name: string) => ({ urn: `urn:pulumi:dev::program::hydra:index:TrustedJwtIssuer::${name}` });
  return {
    warnings,
    cancel: () => stop.abort(),
    create: (name: string, inputs: Wire): Promise<Held> => plugin.create(asked(name), inputs),
    /** What a program says of a recorded trust. */
    diff: async (name: string, { id, properties }: Held, inputs: Wire) => {
      await plugin.check(asked(name), properties, inputs, new Uint8Array());
      return plugin.diff(asked(name), id, properties, inputs);
    },
    delete: (name: string, { id, properties }: Held) => plugin.delete(asked(name), id, properties),
    read: (name: string, { id, properties }: Held, inputs: Wire) => plugin.read(asked(name), id, properties, inputs),
  };
}

/** The trusts of an issuer that the server has: subject and scope. */
async function live(issuer: string): Promise<string[]> {
  const { body } = await admin.get(`${trustsPath}?issuer=${encodeURIComponent(issuer)}&page_size=500`);
  const list = (body.list ?? []) as { subject: string; scope: string[] }[];
  return list.map(({ subject, scope }) => [subject, ...scope].join(" ")).sort();
}

async function keyOf(issuer: string): Promise<unknown> {
  const { body } = await admin.get(`/admin/keys/${encodeURIComponent(issuer)}/k1`);
  return (body.keys as { x: string }[] | undefined)?.[0]?.x;
}

const failed = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "nothing failed",
    (error: Error) => error.message,
  );

/** Trusts of one key, by subject, made by a process that has ended. */
async function make(subjects: readonly string[], issuer = `idp-${randomUUID()}`, jwk = newKey()) {
  const { create } = startProcess(hydra.adminUrl);
  const program = (subject: string, more: Wire = {}): Wire => ({
    issuer,
    subject,
    scope: ["read"],
    jwk,
    expiresAt,
    ...more,
  });
  const held: Record<string, Held> = {};
  for (const subject of subjects) held[subject] = await create(subject, program(subject));
  const of = (subject: string): Held => held[subject] as Held;
  return { issuer, jwk, program, of };
}

/** Holds the first two requests of a method until both have arrived: each was sent in ignorance of the other. */
function together(method: string): void {
  let arrived = 0;
  let go = () => {};
  const both = new Promise<void>((resolve) => {
    go = resolve;
  });
  proxy.onStage(async (stage, seen) => {
    if (stage !== "arrived" || seen !== method || ++arrived > 2) return;
    if (arrived === 2) go();
    await both;
  });
}

const count = (method: string) => proxy.seen.filter((seen) => seen.method === method).length;
const bodyOf = ({ issuer, subject, scope, jwk, expiresAt: expires_at }: Wire) => ({
  issuer,
  subject,
  scope,
  jwk,
  expires_at,
});

describe("a deletion", () => {
  it("takes nobody along, and leaves nothing of its own", async () => {
    const { issuer, of } = await make(["alice", "bob", "carol"]);
    await startProcess().delete("alice", of("alice"));
    expect(await live(issuer)).toEqual(["bob read", "carol read"]);
    // By the id in the state, which is that of before.
    await startProcess().delete("bob", of("bob"));
    expect(await live(issuer)).toEqual(["carol read"]);
  });

  it("spares what this operation created under the same identity", async () => {
    const { issuer, program, of } = await make(["alice"]);
    await rawDelete(trustPath(of("alice").id));
    const process = startProcess();
    const made = await process.create("alice", program("alice"));
    // The engine deletes what is pending from an operation before.
    await process.delete("alice", of("alice"));
    expect(await live(issuer)).toEqual(["alice read"]);
    await process.delete("alice", made);
    expect(await live(issuer)).toEqual([]);
  });

  it("spares what the program keeps under the same identity, with another id or another name", async () => {
    const { issuer, program, of } = await make(["alice"]);
    await rawDelete(trustPath(of("alice").id));
    const made = await startProcess().create("alice", program("alice"));
    const process = startProcess();
    expect((await process.diff("alice", made, program("alice"))).changed).toEqual([]);
    await process.delete("alice", of("alice"));
    await process.delete("old-name", made);
    expect(process.warnings).toEqual([
      "this trust is also in the state as alice, which keeps it: nothing was deleted on the server [not-ours]",
    ]);
    expect(await live(issuer)).toEqual(["alice read"]);
  });

  it("that replaces though nothing differs is done", async () => {
    const { issuer, program, of } = await make(["alice", "bob"]);
    const process = startProcess();
    expect((await process.diff("alice", of("alice"), program("alice"))).deleteBeforeReplace).toBe(true);
    await process.diff("bob", of("bob"), program("bob"));
    await process.delete("alice", of("alice"));
    expect(await live(issuer)).toEqual(["bob read"]);
    const made = await process.create("alice", program("alice"));
    expect(await live(issuer)).toEqual(["alice read", "bob read"]);
    expect(made.id).not.toBe(of("alice").id);
  });

  it("leaves alone what others put in its place, and says so", async () => {
    const { issuer, program, of } = await make(["alice"]);
    await rawDelete(trustPath(of("alice").id));
    const { id } = await rawPost(trustsPath, bodyOf(program("alice", { scope: ["write"] })));
    const process = startProcess();
    await process.delete("alice", of("alice"));
    expect(process.warnings).toEqual([
      "the server has another trust under this issuer, subject and kid, which is left alone: this resource did not create it; " +
        `if nobody needs it, send a DELETE to /admin/trust/grants/jwt-bearer/issuers/${String(id)} [not-ours]`,
    ]);
    expect(await live(issuer)).toEqual(["alice write"]);
  });

  it("finds its own under the id that it got when a sibling was deleted", async () => {
    const { issuer, program, of } = await make(["alice", "bob"]);
    await startProcess().delete("alice", of("alice"));
    const process = startProcess();
    await process.diff("bob", of("bob"), program("bob"));
    await process.delete("bob", of("bob"));
    expect(await live(issuer)).toEqual([]);
  });

  it("recreates nothing when it is answered 404: whoever took it along does", async () => {
    const { issuer, of } = await make(["alice", "bob", "carol"]);
    proxy.onStage(async (stage, method) => {
      if (stage !== "arrived" || method !== "DELETE") return;
      proxy.onStage(undefined);
      await rawDelete(trustPath(of("bob").id));
    });
    await startProcess().delete("alice", of("alice"));
    expect([count("POST"), await live(issuer)]).toEqual([0, []]);
  });

  it("says what the program keeps and the server no longer has, and deletes nothing", async () => {
    const { issuer, program, of } = await make(["alice", "bob"]);
    await rawDelete(trustPath(of("bob").id));
    await rawPost(trustsPath, bodyOf(program("alice")));
    const process = startProcess();
    await process.diff("bob", of("bob"), program("bob"));
    expect(await failed(process.delete("alice", of("alice")))).toContain(
      'the trusts for "bob" of this issuer and kid are in the state, but no longer on the server; run `pulumi refresh`, then `pulumi up` to recreate them',
    );
    expect(await live(issuer)).toEqual(["alice read"]);
  });
});

describe.each([10, 40])("the deletion of %i trusts of one key, eight at a time", (size) => {
  it("costs a call or two for each, and recreates those that stay once", async () => {
    const subjects = Array.from({ length: size }, (_, index) => `s${String(index).padStart(3, "0")}`);
    const { issuer, of } = await make([...subjects, "stays"]);
    const process = startProcess();
    const queue = subjects.values();
    const lane = async () => {
      for (const subject of queue) await process.delete(subject, of(subject));
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    expect(await live(issuer)).toEqual(["stays read"]);
    expect([count("POST"), count("DELETE")]).toEqual([1, 1]);
    expect(count("GET")).toBeLessThan(2 * size);
  });
});

describe("two processes", () => {
  it.each(Array.from({ length: 3 }, (_, run) => run + 1))(
    "that delete their trusts of one key at once delete both (%i)",
    async () => {
      const { issuer, of } = await make(["alice", "bob"]);
      const [one, other] = [startProcess(), startProcess()];
      await Promise.all([one.delete("alice", of("alice")), other.delete("bob", of("bob"))]);
      expect(await live(issuer)).toEqual([]);
    },
  );

  it("that delete at once take nobody else along", async () => {
    const { issuer, of } = await make(["alice", "bob", "carol"]);
    const [one, other] = [startProcess(), startProcess()];
    await Promise.all([one.delete("alice", of("alice")), other.delete("bob", of("bob"))]);
    expect(await live(issuer)).toEqual(["carol read"]);
  });

  it("that both get a 204 recreate nothing for good", async () => {
    const { issuer, of } = await make(["alice", "bob"]);
    // The second answer is that of a server on which both deletions began before either had ended.
    proxy.spoil(({ method, path }) =>
      method === "DELETE" && path.endsWith(of("bob").id) ? { forward: "nothing", answer: { status: 204 } } : undefined,
    );
    together("DELETE");
    const [one, other] = [startProcess(), startProcess()];
    await Promise.all([one.delete("alice", of("alice")), other.delete("bob", of("bob"))]);
    expect(await live(issuer)).toEqual([]);
  });

  it("that create trusts of one key with different keys are told which of them was first", async () => {
    const issuer = `idp-${randomUUID()}`;
    const [mine, theirs] = [newKey(), newKey()];
    const program = (subject: string, jwk: Wire): Wire => ({ issuer, subject, scope: ["read"], jwk, expiresAt });
    together("POST");
    const results = await Promise.allSettled([
      startProcess().create("alice", program("alice", mine)),
      startProcess().create("bob", program("bob", theirs)),
    ]);
    const winner = (await keyOf(issuer)) === mine.x ? 0 : 1;
    expect(results[winner]?.status).toBe("fulfilled");
    const { message, unfinished } = (results[1 - winner] as PromiseRejectedResult).reason as OperationError;
    expect(message).toContain(
      "jwk: another program has stored another key under this issuer and kid at the same time, and the server uses that one",
    );
    expect([await live(issuer), unfinished?.live.state.jwk]).toMatchObject([
      ["alice read", "bob read"],
      { x: await keyOf(issuer) },
    ]);
  });
});

describe("a key that changes", () => {
  it("for all of its trusts is changed, whichever comes first", async () => {
    const { issuer, program, of } = await make(["alice", "bob"]);
    const next = { jwk: newKey() };
    const process = startProcess();
    for (const subject of ["alice", "bob"]) await process.diff(subject, of(subject), program(subject, next));
    for (const subject of ["alice", "bob"]) {
      await process.delete(subject, of(subject));
      await process.create(subject, program(subject, next));
    }
    expect([await live(issuer), await keyOf(issuer)]).toEqual([["alice read", "bob read"], next.jwk.x]);
  });

  it("and whose new trust is refused gives the old key back to the others", async () => {
    const { issuer, jwk, program, of } = await make(["alice", "bob"]);
    const next = { jwk: newKey() };
    const process = startProcess();
    for (const subject of ["alice", "bob"]) await process.diff(subject, of(subject), program(subject, next));
    await process.delete("alice", of("alice"));
    expect(await live(issuer)).toEqual([]);
    proxy.spoilFirst({ forward: "nothing", answer: { status: 403, body: "{}" } }, 1, "POST");
    expect(await failed(process.create("alice", program("alice", next)))).toContain("403 POST");
    expect([await live(issuer), await keyOf(issuer)]).toEqual([["bob read"], jwk.x]);
    // The edit is taken back.
    const after = startProcess();
    await after.diff("bob", of("bob"), program("bob"));
    await after.create("alice", program("alice"));
    expect(await live(issuer)).toEqual(["alice read", "bob read"]);
  });

  it("and that stopped half-way and is taken back says which trust is gone", async () => {
    const { issuer, program, of } = await make(["alice", "bob"]);
    const next = { jwk: newKey() };
    const process = startProcess();
    for (const subject of ["alice", "bob"]) await process.diff(subject, of(subject), program(subject, next));
    await process.delete("alice", of("alice"));
    const made = await process.create("alice", program("alice", next));
    expect(await live(issuer)).toEqual(["alice read"]);
    const after = startProcess();
    await after.diff("alice", made, program("alice"));
    await after.diff("bob", of("bob"), program("bob"));
    expect(await failed(after.delete("alice", made))).toContain(
      'the trusts for "bob" of this issuer and kid are in the state, but no longer on the server',
    );
    const bob = startProcess();
    await bob.diff("alice", made, program("alice", next));
    expect(await failed(bob.diff("bob", of("bob"), program("bob")))).toContain(
      'jwk: the trusts for "alice", "bob" have one issuer and kid and different keys in the state',
    );
  });

  it("for one of two is refused at once where the program keeps the other one, and soon where it says nothing of it", async () => {
    const { issuer, program, of } = await make(["alice", "bob", "carol"]);
    const next = { jwk: newKey() };
    const process = startProcess();
    await process.diff("alice", of("alice"), program("alice", next));
    await process.diff("bob", of("bob"), program("bob"));
    const began = Date.now();
    const message =
      'jwk: the trusts for "bob", "carol" of this issuer and kid would lose their key, and nothing in this operation changes them before this one. ' +
      "Nothing was deleted; change the jwk of all of them together, with none of them depending on another, or give the new key another kid [shared-key]";
    expect(await failed(process.delete("alice", of("alice")))).toContain(message);
    expect(Date.now() - began).toBeLessThan(2_000);
    const silent = startProcess();
    for (const subject of ["alice", "bob"]) await silent.diff(subject, of(subject), program(subject, next));
    const both = await Promise.all(["alice", "bob"].map((subject) => failed(silent.delete(subject, of(subject)))));
    expect(both).toEqual([1, 2].map(() => expect.stringContaining('the trusts for "carol" of this issuer and kid')));
    expect(Date.now() - began).toBeLessThan(8_000);
    expect(await live(issuer)).toHaveLength(3);
  });

  it("is refused for all at the same time: none waits for the refusal of another one", async () => {
    const changing = ["alice", "bob", "carol"];
    const { issuer, program, of } = await make([...changing, "dave"]);
    const next = { jwk: newKey() };
    /** Milliseconds from the first refusal of an operation to its last. */
    const apart = async () => {
      const process = startProcess();
      for (const subject of changing) await process.diff(subject, of(subject), program(subject, next));
      const times = changing.map(async (subject) => {
        expect(await failed(process.delete(subject, of(subject)))).toContain('the trusts for "dave"');
        return Date.now();
      });
      const all = await Promise.all(times);
      return Math.max(...all) - Math.min(...all);
    };
    // Each waits three seconds for more diffs. A machine may be busy once, but not each time.
    const fits = () => apart().then((milliseconds) => milliseconds < 2_000);
    expect((await fits()) || (await fits()) || (await fits())).toBe(true);
    expect(await live(issuer)).toHaveLength(4);
  });
});

describe("where the key cannot be read", () => {
  const newIssuer = () => `https://${randomUUID()}.example`;

  it("a trust that others put in its place does not vouch for the key", async ({ skip }) => {
    if (abilities.slashes) skip();
    const { issuer, program, of } = await make(["alice"], newIssuer());
    await rawDelete(trustPath(of("alice").id));
    await rawPost(trustsPath, bodyOf(program("alice", { jwk: newKey() })));
    await rawPost(trustsPath, bodyOf(program("bob", { jwk: newKey() })));
    const process = startProcess();
    expect(await failed(process.delete("alice", of("alice")))).toContain(
      'the trusts for "bob" share the key of this trust and would be deleted with it; they cannot be recreated',
    );
    const read = await startProcess().read("alice", of("alice"), program("alice"));
    expect(read?.properties.__keyUnconfirmed).toBe(true);
    expect(await live(issuer)).toHaveLength(2);
  });

  it("all are replaced by a key with another kid", async ({ skip }) => {
    if (abilities.slashes) skip();
    const { issuer, program, of } = await make(["alice", "bob"], newIssuer());
    const unsure = (subject: string) => ({
      ...of(subject),
      properties: { ...of(subject).properties, __keyUnconfirmed: true },
    });
    const next = { jwk: newKey("k2") };
    const process = startProcess();
    for (const subject of ["alice", "bob"]) {
      expect((await process.diff(subject, unsure(subject), program(subject, next))).deleteBeforeReplace).toBe(false);
    }
    for (const subject of ["alice", "bob"]) await process.create(subject, program(subject, next));
    for (const subject of ["alice", "bob"]) await process.delete(subject, unsure(subject));
    expect(await live(issuer)).toEqual(["alice read", "bob read"]);
  });
});

describe("a gateway", () => {
  it("that repeats each POST is no reason to refuse what it made", async () => {
    const issuer = `idp-${randomUUID()}`;
    const program: Wire = { issuer, subject: "alice", scope: ["read"], jwk: newKey(), expiresAt };
    // The first answer is swallowed, and the second one is Hydra's to a repetition.
    proxy.onStage(async (stage, method) => {
      if (stage !== "arrived" || method !== "POST") return;
      proxy.onStage(undefined);
      await rawPost(trustsPath, bodyOf(program));
    });
    await startProcess().create("alice", program);
    expect(await live(issuer)).toEqual(["alice read"]);
  });
});

describe("a deletion that is cancelled", () => {
  it("still has a moment to recreate what it took along, and says what is missing then", async () => {
    const { issuer, of } = await make(["alice", "bob"]);
    const process = startProcess();
    proxy.onStage((stage, method) => {
      if (stage === "answered" && method === "DELETE") process.cancel();
    });
    await process.delete("alice", of("alice"));
    expect(await live(issuer)).toEqual(["bob read"]);

    const again = await make(["alice", "bob"]);
    const silent = startProcess();
    proxy.onStage((stage, method) => {
      if (stage === "answered" && method === "DELETE") silent.cancel();
    });
    proxy.spoil(({ method }) => (method === "POST" ? { forward: "nothing", answer: "no headers" } : undefined));
    const began = Date.now();
    expect(await failed(silent.delete("alice", again.of("alice")))).toContain(
      'the trusts for "bob" may have been deleted too; run `pulumi refresh`, then `pulumi up` to recreate them',
    );
    expect(Date.now() - began).toBeLessThan(3_000);
  });
});
