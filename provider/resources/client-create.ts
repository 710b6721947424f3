// Making a client exactly once, whatever becomes of the answer.

import type { Admin, Wire } from "../hydra/admin.ts";
import { HydraError, unlessGone } from "../hydra/error.ts";
import { Refusal } from "../lifecycle/resource.ts";

/**
 * Creates the client `id` and returns what the server made. `ours` says that the id is a UUID of our own choice: what
 * exists under it can only come from this very create.
 */
export async function createClient(
  server: Admin,
  id: string,
  body: Wire,
  ours: boolean,
  signal?: AbortSignal,
): Promise<Wire> {
  if (id.includes("/")) await refuseUnlessAddressable(server, id, signal);
  try {
    return (await server.createClient(body, signal)).wire;
  } catch (error) {
    if (!(error instanceof HydraError)) throw error;
    if (ours && error.uncertain) {
      // Whoever cancelled the operation does not wait long for it to end.
      const look = server.getClient(id, signal?.aborted ? AbortSignal.timeout(500) : signal);
      const made = await unlessGone(look).catch(() => {
        throw error;
      });
      if (made) return made;
    }
    if (error.kind === "conflict") throw existsAlready(id);
    throw error;
  }
}

// Hydra v2.3.0 creates a client whose id holds a slash and can then neither read nor delete it.
async function refuseUnlessAddressable(server: Admin, id: string, signal?: AbortSignal): Promise<void> {
  try {
    if (await unlessGone(server.getClient(id, signal))) throw existsAlready(id);
  } catch (error) {
    if (!(error instanceof HydraError) || error.status !== 404) throw error;
    throw new Refusal(
      `clientId: this server cannot address a client whose id holds a slash (${JSON.stringify(id)}); choose another id`,
    );
  }
}

function existsAlready(id: string): Refusal {
  const name = JSON.stringify(id);
  return new Refusal(
    `a client with the id ${name} exists already and was not made by this resource; ` +
      `adopt it on the plugin with \`pulumi import hydra:index:OAuth2Client <name> ${name}\`, or delete it with \`hydra delete oauth2-client ${name}\``,
  );
}
