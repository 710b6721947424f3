// Knows one life of four resources through the CLI under one fault: created, edited and destroyed, each with the fault, then without.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Hydra } from "../../tools/hydra.mts";
import type { Installation } from "../../tools/installation.mts";
import { createWorkspace, type Operation, type Workspace } from "../../tools/workspace.mts";
import { clientPath, get, make, remove, removeTrust } from "../course/server.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { clientsOf, trustsOf } from "./kill-check.ts";

/** Each write meets the fault once; each write does, each time; every request does. */
export const modes = ["once", "always", "everything"] as const;
export const hosts = ["plugin", "dynamic"] as const;

export interface Life {
  readonly mode: (typeof modes)[number];
  readonly host: (typeof hosts)[number];
  readonly name: string;
  readonly fault: Fault;
}

/** How each disturbed command ended, and what should not be. */
export interface Report {
  readonly ends: string[];
  readonly wrong: string[];
  commands: number;
}

export async function lifeUnder(installation: Installation, hydra: Hydra, life: Life): Promise<Report> {
  const report: Report = { ends: [], wrong: [], commands: 0 };
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
    report.commands++;
    if (what !== "" && done.code !== 0) report.wrong.push(`${what}: ${errorsOf(done).join("\n") || done.stderr}`);
    return done;
  };
  const under = async (what: string, command: () => Promise<Operation>): Promise<Operation> => {
    spoil(proxy, life);
    const done = await run("", command);
    proxy.spoil(undefined);
    report.ends.push(`${what} ${done.code === 0 ? "done" : "failed"}`);
    if (done.code !== 0 && errorsOf(done).length === 0) report.wrong.push(`${what} failed without an error`);
    return done;
  };
  const compare = async (what: string, round: number) => {
    const [has, wants] = [await world.live(), world.wanted(round)];
    if (json(has) !== json(wants)) report.wrong.push(`${what}: the server has ${json(has)}, not ${json(wants)}`);
  };

  for (const round of [1, 2]) {
    const what = round === 1 ? "create" : "update";
    await stack.write(world.program(round));
    const disturbed = await under(what, () => stack.up());
    if (disturbed.code === 0) await compare(`${what}, which was green`, round);
    await world.removeDoubtful(stack, disturbed, (text) => report.wrong.push(`${what}: ${text}`));
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
  if (left.length > 0) report.wrong.push(`destroy: the state still has ${left.join()}`);
  await world.end();
  return report;
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
async function createWorld(hydra: Hydra, { host }: Life) {
  const [owner, issuer, chosen] = [randomUUID(), randomUUID(), `chosen-${randomUUID()}`];
  const foreign = String((await make(hydra, {})).client_id);
  const { publicJwk: jwk } = generateKey("ES256", "kid");
  const expiry = (round: number) => `209${round}-01-01T00:00:00Z`;
  return {
    program: (round: number) =>
      (host === "plugin" ? pluginProgram : program)(
        `new hydra.OAuth2Client("generated", ${json({ owner, clientName: `round ${round}` })});`,
        `new hydra.OAuth2Client("chosen", ${json({ owner, clientId: chosen, clientName: `round ${round}` })});`,
        `new hydra.ClientLifespans("lifespans", ${json({ clientId: foreign, implicitGrantIdTokenLifespan: `${round}h` })});`,
        `new hydra.TrustedJwtIssuer("trust", ${json({ issuer, subject: "alice", scope: ["read"], jwk, expiresAt: expiry(round) })});`,
      ),
    live: async () => {
      const clients = await clientsOf(hydra, owner);
      return {
        clients: clients.map(({ client_name }) => client_name),
        chosen: clients.filter(({ client_id }) => client_id === chosen).length,
        lifespan: (await get(hydra, clientPath(foreign)))?.implicit_grant_id_token_lifespan ?? null,
        trusts: (await trustsOf(hydra, issuer)).map(({ expires_at }) => expires_at),
      };
    },
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
      for (const { client_id } of await clientsOf(hydra, owner)) {
        const id = String(client_id);
        if (known.has(id)) continue;
        if (!said.includes(id)) complain(`the client ${id} was left, and no message names it`);
        await remove(hydra, clientPath(id));
      }
      for (const { id } of await trustsOf(hydra, issuer)) {
        if (known.has(id)) continue;
        if (!said.includes("it may have created the trust")) complain("a trust was left without a message");
        await removeTrust(hydra, id);
      }
    },
    end: () => remove(hydra, clientPath(foreign)),
  };
}
