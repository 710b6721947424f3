// Knows the operations of the fault table: what has to exist before, what is done, and what must hold on the server then.
import { randomUUID } from "node:crypto";
import type { Values } from "../../provider/lifecycle/value.ts";
import { clientPath, rawDelete, rawGet, rawPost, secretWorks, trustsPath } from "../property/server.ts";
import { generateKey } from "../support/key.ts";
import type { Outcome, Stack } from "./stack.ts";

/** One operation on one object, with its own program. */
export interface Operation {
  readonly type: string;
  /** The request that does it. */
  readonly method: string;
  readonly path: RegExp;
  /** Done again, it does no harm: nobody need be told that it was done. */
  readonly deletes: boolean;
  /** Done before, without faults. */
  readonly before: Values | undefined;
  run(stack: Stack): Promise<Outcome>;
  /** What the server has: as the program says after the operation, as before it, or something else. */
  live(): Promise<"after" | "before" | string>;
  /** Brings the stack to what was asked for, faults being over. */
  settle(stack: Stack): Promise<Outcome>;
  /** Takes away what may have been made and is not recorded. */
  clean(): Promise<void>;
}

type Build = () => Promise<Operation>;

const clients = /^\/admin\/clients/;
const trusts = /^\/admin\/trust/;

function client(before: Values | undefined, after: Values | "delete" | "read", chosen = false): Build {
  return async () => {
    const owner = randomUUID();
    const id = chosen ? { clientId: `chosen-${owner}` } : {};
    const first = before && { owner, ...id, ...before };
    const program = typeof after === "string" ? (first ?? {}) : { owner, ...id, ...after };
    const found = async () => (await rawGet(`/admin/clients?owner=${owner}&page_size=250`)).list as Values[];
    return {
      type: "OAuth2Client",
      method: after === "delete" ? "DELETE" : after === "read" ? "GET" : before ? "PATCH" : "POST",
      path: clients,
      deletes: after === "delete",
      before: first,
      run: (stack) => run(stack, after, program),
      live: async () => {
        const all = await found();
        if (all.length > 1) return `${all.length} clients`;
        const [one] = all;
        if (!one) return after === "delete" ? "after" : before ? "gone" : "before";
        if (after === "delete" || after === "read") return "before";
        const { clientSecret: secret, clientName = "" } = program as Values;
        const isAfter =
          one.client_name === clientName &&
          (secret === undefined || (await secretWorks(String(one.client_id), String(secret), "client_secret_basic")));
        return isAfter ? "after" : "before";
      },
      settle: async (stack) => {
        const outcome = await (after === "delete" ? stack.destroy() : stack.up(program));
        const state = stack.recorded()?.state;
        if (state && !(await secretWorks(String(state.clientId), String(state.clientSecret), "client_secret_basic")))
          throw new Error("the recorded secret is not in force");
        return outcome;
      },
      clean: async () => {
        for (const { client_id } of await found()) await rawDelete(clientPath(String(client_id)));
      },
    };
  };
}

function lifespans(before: string | undefined, after: string | "delete"): Build {
  return async () => {
    const clientId = String((await rawPost("/admin/clients", {})).client_id);
    const program = (span: string | undefined) => ({ clientId, implicitGrantIdTokenLifespan: span });
    const now = async () => (await rawGet(clientPath(clientId))).implicit_grant_id_token_lifespan ?? undefined;
    const wanted = after === "delete" ? undefined : after;
    return {
      type: "ClientLifespans",
      method: "PUT",
      path: clients,
      deletes: after === "delete",
      before: before === undefined ? undefined : program(before),
      run: (stack) => run(stack, after === "delete" ? "delete" : {}, program(wanted)),
      live: async () => {
        const span = await now();
        return span === wanted ? "after" : span === before ? "before" : String(span);
      },
      settle: (stack) => (after === "delete" ? stack.destroy() : stack.up(program(after))),
      clean: async () => undefined,
    };
  };
}

function trust(after: "create" | "read" | "delete"): Build {
  return async () => {
    const issuer = `https://${randomUUID()}.example`;
    const { publicJwk: jwk } = generateKey("ES256", "kid");
    const program = { issuer, subject: "alice", scope: ["read"], jwk, expiresAt: "2099-01-31T00:00:00Z" };
    const found = async () => (await rawGet(`${trustsPath}?issuer=${encodeURIComponent(issuer)}`)).list as Values[];
    return {
      type: "TrustedJwtIssuer",
      method: after === "create" ? "POST" : after === "read" ? "GET" : "DELETE",
      path: trusts,
      deletes: after === "delete",
      before: after === "create" ? undefined : program,
      run: (stack) => run(stack, after === "create" ? {} : after, program),
      live: async () => {
        const count = (await found()).length;
        if (count > 1) return `${count} trusts`;
        if (after === "create") return count === 1 ? "after" : "before";
        return count === 1 ? "before" : after === "delete" ? "after" : "gone";
      },
      settle: (stack) => (after === "delete" ? stack.destroy() : stack.up(program)),
      clean: async () => {
        for (const { id } of await found()) await rawDelete(`${trustsPath}/${String(id)}`);
      },
    };
  };
}

function run(stack: Stack, after: Values | string, program: Values): Promise<Outcome> {
  if (after === "delete") return stack.destroy();
  return after === "read" ? stack.refresh() : stack.up(program);
}

/** The columns of the table. */
export const operations: Readonly<Record<string, Build>> = {
  "create a client": client(undefined, { clientName: "after" }),
  "create a client of a chosen id": client(undefined, { clientName: "after" }, true),
  "read a client": client({ clientName: "before" }, "read"),
  "update a client": client({ clientName: "before" }, { clientName: "after" }),
  "change a secret": client({ clientSecret: "the first secret" }, { clientSecret: "the second secret" }),
  "delete a client": client({ clientName: "before" }, "delete"),
  "create lifespans": lifespans(undefined, "1h0m0s"),
  "update lifespans": lifespans("1h0m0s", "2h0m0s"),
  "delete lifespans": lifespans("1h0m0s", "delete"),
  "create a trust": trust("create"),
  "read a trust": trust("read"),
  "delete a trust": trust("delete"),
};
