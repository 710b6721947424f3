// Knows one life of four resources through the CLI under one fault: created, edited and destroyed, each with the fault, then without.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Hydra } from "../../tools/hydra.mts";
import type { Installation } from "../../tools/installation.mts";
import { createWorkspace, type Operation, type Workspace } from "../../tools/workspace.mts";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";

/** Each write meets the fault once; each write does, each time; every request does. */
export const modes = ["once", "always", "everything"] as const;

export interface Life {
  readonly mode: (typeof modes)[number];
  readonly host: "plugin" | "dynamic";
  readonly name: string;
  readonly fault: Fault;
}

/** How each disturbed command ended, and what should not be. */
export interface Told {
  readonly ends: string[];
  readonly wrong: string[];
  commands: number;
}

const trusts = "/admin/trust/grants/jwt-bearer/issuers";

export async function lifeUnder(installation: Installation, hydra: Hydra, life: Life): Promise<Told> {
  const told: Told = { ends: [], wrong: [], commands: 0 };
  await using proxy = await startFaultProxy(hydra.adminUrl, { steady: true });
  const world = await createWorld(hydra, life);
  await using stack = await createWorkspace(installation, {
    files: world.program(1),
    config: { "hydra:adminUrl": proxy.url, "hydra:timeout": "2", "hydra:retries": "2" },
    path: [join(installation.folder, "node_modules/pulumi-hydra")],
    timeoutMs: 300_000,
  });
  const run = async (what: string, command: () => Promise<Operation>): Promise<Operation> => {
    const done = await command();
    told.commands++;
    if (what !== "" && done.code !== 0) told.wrong.push(`${what}: ${errorsOf(done).join("\n") || done.stderr}`);
    return done;
  };
  const under = async (what: string, command: () => Promise<Operation>): Promise<Operation> => {
    spoil(proxy, life);
    const done = await run("", command);
    proxy.spoil(undefined);
    told.ends.push(`${what} ${done.code === 0 ? "done" : "failed"}`);
    if (done.code !== 0 && errorsOf(done).length === 0) told.wrong.push(`${what} failed without an error`);
    return done;
  };
  const compare = async (what: string, round: number) => {
    const [has, wants] = [await world.live(), world.wanted(round)];
    if (json(has) !== json(wants)) told.wrong.push(`${what}: the server has ${json(has)}, not ${json(wants)}`);
  };

  for (const round of [1, 2]) {
    const what = round === 1 ? "create" : "update";
    await stack.write(world.program(round));
    const disturbed = await under(what, () => stack.up());
    if (disturbed.code === 0) await compare(`${what}, which was green`, round);
    await world.removeDoubtful(stack, disturbed, (text) => told.wrong.push(`${what}: ${text}`));
    await run(`refresh after ${what}`, () => stack.refresh());
    await run(`up after ${what}`, () => stack.up());
    await compare(`up after ${what}`, round);
    await run(`preview after ${what}`, () => stack.preview("--expect-no-changes"));
  }
  await under("destroy", () => stack.destroy());
  await run("refresh after destroy", () => stack.refresh());
  await run("second destroy", () => stack.destroy());
  await compare("destroy", 0);
  const left = Object.keys(await recorded(stack));
  if (left.length > 0) told.wrong.push(`destroy: the state still has ${left.join()}`);
  await world.end();
  return told;
}

function spoil(proxy: FaultProxy, { mode, fault }: Life): void {
  const met = new Set<string>();
  proxy.spoil(({ method, path }) => {
    if (mode === "everything") return fault;
    if (method === "GET") return undefined;
    // The same write again, and no other one.
    const place = `${method} ${path}`;
    if (mode === "once" && met.has(place)) return undefined;
    met.add(place);
    return fault;
  });
}

/** A client with a generated id, one with a chosen id, lifespans of a client that others manage, and a trust. */
async function createWorld({ adminUrl }: Hydra, { host }: Life) {
  const send = async (method: string, path: string, body?: unknown) => {
    const headers = { "content-type": "application/json" };
    // What SQLite refuses because of another transaction is sent again.
    for (let left = 50; ; left--) {
      const answer = await fetch(adminUrl + path, { method, headers, ...(body ? { body: json(body) } : {}) });
      if (answer.status !== 400 || left === 0) return (await answer.json().catch(() => ({}))) as Record<string, string>;
    }
  };
  const [owner, issuer, chosen] = [randomUUID(), randomUUID(), `chosen-${randomUUID()}`];
  const foreign = String((await send("POST", "/admin/clients", {})).client_id);
  const { publicJwk: jwk } = generateKey("ES256", "kid");
  const owned = async () => (await send("GET", `/admin/clients?owner=${owner}`)) as unknown as Record<string, string>[];
  const trusted = async () => (await send("GET", `${trusts}?issuer=${issuer}`)) as unknown as Record<string, string>[];
  const lifespan = async () => (await send("GET", `/admin/clients/${foreign}`)).implicit_grant_id_token_lifespan;
  const expiry = (round: number) => `209${round}-01-01T00:00:00Z`;
  return {
    program: (round: number) =>
      (host === "plugin" ? pluginProgram : program)(
        `new hydra.OAuth2Client("generated", ${json({ owner, clientName: `round ${round}` })});`,
        `new hydra.OAuth2Client("chosen", ${json({ owner, clientId: chosen, clientName: `round ${round}` })});`,
        `new hydra.ClientLifespans("lifespans", ${json({ clientId: foreign, implicitGrantIdTokenLifespan: `${round}h` })});`,
        `new hydra.TrustedJwtIssuer("trust", ${json({ issuer, subject: "alice", scope: ["read"], jwk, expiresAt: expiry(round) })});`,
      ),
    live: async () => ({
      clients: (await owned()).map(({ client_name }) => client_name),
      chosen: (await owned()).filter(({ client_id }) => client_id === chosen).length,
      lifespan: (await lifespan()) ?? null,
      trusts: (await trusted()).map(({ expires_at }) => expires_at),
    }),
    /** Round 0 is nothing. */
    wanted: (round: number) => ({
      clients: round ? [`round ${round}`, `round ${round}`] : [],
      chosen: round ? 1 : 0,
      lifespan: round ? `${round}h0m0s` : null,
      trusts: round ? [expiry(round)] : [],
    }),
    /** Deletes what was created and is not recorded, as the message says. Nothing is left without a message. */
    removeDoubtful: async (stack: Workspace, disturbed: Operation, complain: (text: string) => void) => {
      const known = new Set((await stack.deployment()).resources.map(({ id }) => id));
      const said = errorsOf(disturbed).join("\n");
      for (const { client_id: id = "" } of (await owned()).filter(({ client_id = "" }) => !known.has(client_id))) {
        if (!said.includes(id)) complain(`the client ${id} was left, and no message names it`);
        await send("DELETE", `/admin/clients/${id}`);
      }
      for (const { id = "" } of (await trusted()).filter(({ id = "" }) => !known.has(id))) {
        if (!said.includes("it may have created the trust")) complain("a trust was left without a message");
        await send("DELETE", `${trusts}/${id}`);
      }
    },
    end: async () => void (await send("DELETE", `/admin/clients/${foreign}`)),
  };
}
