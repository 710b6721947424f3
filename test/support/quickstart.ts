// Knows how tests run the program of examples/quickstart, and what it exports.
import { z } from "zod";
import { example } from "../../tools/example.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { hydra } from "./hydra.ts";
import type { SigningKey } from "./key.ts";
import { workspace } from "./workspace.ts";

const outputs = z.strictObject({
  webClientId: z.string(),
  machineClientId: z.string(),
  machineClientSecret: z.string(),
});

/** The very files of the example, with an empty stack. A key id of its own lets tests share a server. */
export async function quickstart(issuerKey: SigningKey): Promise<Workspace> {
  return workspace({
    files: await example("quickstart"),
    config: { "hydra:adminUrl": hydra.adminUrl, issuerKey: JSON.stringify(issuerKey.publicJwk) },
  });
}

/** What the deployed program exports, secrets in clear. */
export async function quickstartOutputs(stack: Workspace): Promise<z.infer<typeof outputs>> {
  return outputs.parse(await stack.outputs());
}
