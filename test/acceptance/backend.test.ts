// Knows what two people see who run `up` on one stack at once, on the backends that the CLI has itself: the second is told, nothing is lost.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { hasPostgres, type Postgres, startPostgres } from "../../tools/postgres.mts";
import type { Operation } from "../../tools/workspace.mts";
import { startFaultProxy } from "../support/fault.ts";
import { admin, hydra } from "../support/hydra.ts";
import { json, pluginProgram } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");

let postgres: Postgres | undefined;
afterAll(() => postgres?.stop());

describe.each(["file", "postgres"])("on the %s backend", (backend) => {
  it("an up while another one runs is refused, and the stack has what the server has", async ({ skip }) => {
    if (backend === "postgres" && !hasPostgres()) skip("PostgreSQL is not on PATH");
    if (backend === "postgres") postgres ??= await startPostgres();
    await using gateway = await startFaultProxy(hydra.adminUrl);
    const ids = ["a", "b", "c"].map((name) => `${name}-${randomUUID()}`);
    const client = (id: string) => `new hydra.OAuth2Client(${json(id.slice(0, 1))}, { clientId: ${json(id)} });`;
    await using stack = await workspace({
      files: pluginProgram(...ids.map(client)),
      config: { "hydra:adminUrl": gateway.url },
      path: [plugin],
      // The parameter is one of Hydra's own.
      env: postgres && backend === "postgres" ? { PULUMI_BACKEND_URL: postgres.dsn.replace(/&max_conns=\d+/, "") } : {},
    });
    let second: Promise<Operation> | undefined;
    gateway.onStage(async (stage, method) => {
      if (stage !== "arrived" || method !== "POST") return;
      // The first request of the first `up` waits for all of the second one.
      second ??= stack.up();
      await second;
    });

    const first = await stack.up();

    const refused = await second;
    expect([refused?.code === 0, `${refused?.stdout}${refused?.stderr}`]).toEqual([
      false,
      expect.stringMatching(/locked/),
    ]);
    expect([first.code, errorsOf(first)]).toEqual([0, []]);
    expect(
      Object.values(await recorded(stack))
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids);
    const live = await Promise.all(ids.map(async (id) => (await admin.get(`/admin/clients/${id}`)).status));
    expect([live, gateway.seen.filter(({ method }) => method === "POST").length]).toEqual([[200, 200, 200], 3]);
    expect(new Set(Object.values((await stack.up()).operations))).toEqual(new Set(["same"]));
    expect((await stack.destroy()).code).toBe(0);
  });
});
