// Knows what becomes of operations during which Hydra's database is gone for ten seconds, and that the next up puts it right.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Values } from "../../provider/lifecycle/value.ts";
import { startHydra } from "../../tools/hydra.mts";
import { hasPostgres, startPostgres } from "../../tools/postgres.mts";
import { startGate } from "../support/gate.ts";
import { generateKey } from "../support/key.ts";
import { type Stack, startStack } from "./stack.ts";

const absence = 10_000;

describe("a database that is gone for ten seconds", () => {
  it("delays a create, an update and a deletion, or has them fail: the next up reaches what is declared", async (context) => {
    if (!hasPostgres()) context.skip("there is no PostgreSQL (initdb, postgres) on PATH");
    if (process.env.HYDRA_ADMIN_URL) context.skip("needs a Hydra whose database it may take away");
    await using postgres = await startPostgres();
    const dsn = new URL(postgres.dsn);
    await using gate = await startGate(Number(dsn.port));
    dsn.port = String(gate.port);
    await using server = await startHydra({ dsn: dsn.href });
    const stack = (type: string) => startStack(type, { adminUrl: server.adminUrl, timeout: 5 });
    const list = async (path: string) => (await (await fetch(server.adminUrl + path)).json()) as Values[];
    const owned = await fetch(`${server.adminUrl}/admin/clients`, { method: "POST", body: "{}" });
    const { client_id } = (await owned.json()) as Values;

    const [owner, issuer] = [randomUUID(), randomUUID()];
    const [client, lifespans, trust] = [stack("OAuth2Client"), stack("ClientLifespans"), stack("TrustedJwtIssuer")];
    const jwk = generateKey().publicJwk;
    const lifespan = "implicitGrantIdTokenLifespan";
    const programs = (round: number): [Stack, Values][] => [
      [client, { owner, clientName: `round ${round}` }],
      [lifespans, { clientId: client_id, [lifespan]: `${round}h0m0s` }],
      [trust, { issuer, subject: "alice", jwk, expiresAt: `209${round}-01-01T00:00:00Z` }],
    ];
    const disturbed = async (work: () => Promise<unknown>[]) => {
      const away = gate.away(absence);
      await Promise.all(work());
      await away;
    };
    const declared = async (round: number) => {
      for (const [one, program] of programs(round)) {
        const outcome = await one.up(program);
        expect(outcome).toEqual({ did: expect.stringMatching(/create|update|nothing/) });
        expect(await one.up(program)).toEqual({ did: "nothing" });
      }
      const live = await list(`/admin/clients?owner=${owner}`);
      expect(live.map((one) => [one.client_id, one.client_name])).toEqual([[client.recorded()?.id, `round ${round}`]]);
      const [other] = (await list("/admin/clients")).filter((one) => one.client_id === client_id);
      expect(other?.implicit_grant_id_token_lifespan).toBe(`${round}h0m0s`);
      const trusts = await list(`/admin/trust/grants/jwt-bearer/issuers?issuer=${issuer}`);
      expect(trusts.map((one) => [one.id, one.expires_at])).toEqual([
        [trust.recorded()?.id, `209${round}-01-01T00:00:00Z`],
      ]);
    };

    for (const round of [1, 2]) {
      await disturbed(() => programs(round).map(([one, program]) => one.up(program)));
      await declared(round);
    }
    await disturbed(() => [lifespans, client, trust].map((one) => one.destroy()));
    for (const one of [lifespans, client, trust]) expect(await one.destroy()).toEqual({ did: expect.any(String) });
    expect(await list(`/admin/clients?owner=${owner}`)).toEqual([]);
    expect(await list(`/admin/trust/grants/jwt-bearer/issuers?issuer=${issuer}`)).toEqual([]);
  });
});
