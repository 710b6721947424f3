// Making a client exactly once, whatever becomes of the answer.

import type { Admin, SecretMethod, Wire } from "../hydra/admin.ts";
import { HydraError, mayHaveWritten, unlessGone } from "../hydra/error.ts";
import { Refusal } from "../lifecycle/resource.ts";
import { syncClient } from "./client-sync.ts";
import { lookAfter } from "./doubt.ts";

/** A client that is to be made. */
export interface NewClient {
  readonly id: string;
  readonly body: Wire;
  /** The id is a UUID of our own choice: what exists under it can only come from this very create. */
  readonly ours: boolean;
  readonly secret: string | undefined;
  /** How the client authenticates with its secret, where it does. */
  readonly secretMethod: SecretMethod | undefined;
  /** Whether a live client is in every field what this create makes. */
  equals(wire: Wire): boolean;
}

/** Creates the client and returns what the server made. */
export async function createClient(server: Admin, client: NewClient, signal?: AbortSignal): Promise<Wire> {
  const { id, body, ours } = client;
  // Another one under a chosen id has to be seen before: once an answer is lost, it could be the one that was made.
  if (!ours) await refuseUnlessFree(server, id, signal);
  try {
    return await server.createClient(body, signal);
  } catch (error) {
    if (mayHaveWritten(error)) {
      const where = `it may have made the client ${JSON.stringify(id)}: before the next \`pulumi up\`, ${recovery(id)}`;
      const made = await lookAfter(error, where, (limit) => unlessGone(server.getClient(id, limit)), signal);
      if (made && (ours || (await isOurs(server, client, made, signal)))) return made;
      if (made) throw appeared(id);
    }
    if (error instanceof HydraError && error.kind === "conflict") throw existsAlready(id);
    throw error;
  }
}

/**
 * Whether a client that was not there before can only be the one whose creation was not answered: it is in every field
 * what was asked for, and its secret is ours. Where that cannot be asked, the secret is written, so that it is.
 */
async function isOurs(server: Admin, client: NewClient, made: Wire, signal?: AbortSignal): Promise<boolean> {
  const { id, secret, secretMethod } = client;
  if (!client.equals(made)) return false;
  if (secret === undefined) return true;
  const asked = secretMethod && server.checkSecret?.(id, secret, secretMethod, signal);
  const works = await asked?.catch(() => undefined);
  if (works === undefined) await syncClient(server, id, () => ({ client_secret: secret }), signal);
  return works ?? true;
}

async function refuseUnlessFree(server: Admin, id: string, signal?: AbortSignal): Promise<void> {
  try {
    if (await unlessGone(server.getClient(id, signal))) throw existsAlready(id);
  } catch (error) {
    // Hydra v2.3.0 creates a client whose id holds a slash and can then neither read nor delete it.
    if (!id.includes("/") || !(error instanceof HydraError) || error.status !== 404) throw error;
    throw new Refusal(
      `clientId: this server cannot address a client whose id holds a slash (${JSON.stringify(id)}); choose another id`,
    );
  }
}

function existsAlready(id: string): Refusal {
  return new Refusal(
    `a client with the id ${JSON.stringify(id)} exists already and was not made by this resource; ${recovery(id)}`,
  );
}

function appeared(id: string): Refusal {
  return new Refusal(
    `a client with the id ${JSON.stringify(id)} was made at the same time, and it is not the one that was asked for; nothing was changed; ${recovery(id)}`,
  );
}

function recovery(id: string): string {
  const name = JSON.stringify(id);
  return (
    `adopt it on the plugin with \`pulumi import hydra:index:OAuth2Client <name> ${name}\`, ` +
    `or delete it with \`hydra delete oauth2-client ${name}\``
  );
}
