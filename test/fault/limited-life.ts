// Knows the life of many clients with lifespans on a server that limits calls, by the Pulumi CLI and the packed plugin.
import { join } from "node:path";
import type { Installation } from "../../tools/installation.mts";
import { createWorkspace, type Operation } from "../../tools/workspace.mts";
import type { LimitedServer } from "../support/limiter.ts";

const steps = ["up", "edit", "refresh", "destroy"] as const;
export type LimitedStep = (typeof steps)[number];

const program = (clients: number) => `
const hydra = require("pulumi-hydra/plugin");
const { title, lifespan } = require("./wanted.json");
for (let number = 0; number < ${clients}; number++) {
  const client = new hydra.OAuth2Client("client-" + number, { clientName: title + " " + number });
  new hydra.ClientLifespans("client-" + number, { clientId: client.clientId, implicitGrantIdTokenLifespan: lifespan });
}
`;

/** Makes, edits, refreshes and destroys so many clients, telling each step. Throws when one fails. */
export async function liveLimited(
  installation: Installation,
  server: LimitedServer,
  clients: number,
  tell: (step: LimitedStep, seconds: number, seen: ReturnType<LimitedServer["look"]>, operation: Operation) => void,
): Promise<void> {
  const wanted = (title: string, lifespan: string) => ({ "wanted.json": JSON.stringify({ title, lifespan }) });
  await using stack = await createWorkspace(installation, {
    files: { "index.js": program(clients), ...wanted("Application", "1h0m0s") },
    config: { "hydra:adminUrl": server.url },
    path: [join(installation.folder, "node_modules/pulumi-hydra")],
    timeoutMs: 3 * 3_600_000,
  });
  const work: Record<LimitedStep, () => Promise<Operation>> = {
    up: () => stack.up(),
    edit: async () => {
      await stack.write(wanted("Service", "2h0m0s"));
      return stack.up();
    },
    refresh: () => stack.refresh(),
    destroy: () => stack.destroy(),
  };
  for (const step of steps) {
    const start = performance.now();
    const operation = await work[step]();
    const { code, stdout, stderr } = operation;
    if (code !== 0) throw new Error(`${step} failed:\n${(stdout + stderr).slice(-3_000)}`);
    tell(step, (performance.now() - start) / 1_000, server.look(), operation);
  }
}
