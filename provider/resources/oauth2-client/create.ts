// Making a client exactly once, whatever becomes of the answer.

import type { SecretMethod } from "../../hydra/admin.ts";
import { HydraError, mayHaveWritten, unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { Refusal } from "../../lifecycle/resource.ts";
import { lookAfter } from "../doubt.ts";
import { ifNotNew } from "../if-not-new.ts";
import type { HydraOperation } from "../memory.ts";
import { importCommand, shellWord } from "../shell.ts";
import { syncClient } from "./sync.ts";

/** A client that is to be made. */
export interface NewClient {
  readonly id: string;
  readonly body: HydraJson;
  /** The id is a UUID of our own choice: what exists under it can only come from this very create. */
  readonly ours: boolean;
  readonly secret: string | undefined;
  /** How the client authenticates with its secret, where it does. */
  readonly secretMethod: SecretMethod | undefined;
  /** Whether a live client is in every field what this create makes. */
  equals(json: HydraJson): boolean;
}

/** Creates the client and returns what the server made. */
export async function createClient(operation: HydraOperation, client: NewClient): Promise<HydraJson> {
  const { id, body, ours } = client;
  // Another one under a chosen id has to be seen before: once an answer is lost, it could be the one that was made.
  if (!ours) await refuseUnlessFree(operation, id);
  try {
    return await operation.api.createClient(body);
  } catch (error) {
    // What stands between may have sent the request twice: the second answer is then a conflict with the first.
    const conflicts = error instanceof HydraError && error.code === "conflict";
    if (!conflicts && !mayHaveWritten(error)) throw error;
    const message = `it may have created the client ${JSON.stringify(id)}`;
    const may = { message, advice: `before the next \`pulumi up\`, ${recovery(operation, id)}` };
    const made = await lookAfter(operation, error, may, async (api, patient) => {
      const found = await unlessGone(api.getClient(id));
      if (found === undefined || ours || (await isOurs(patient, client, found, error.uncertain))) return found;
      throw appeared(operation, id);
    });
    if (made) return made;
    throw conflicts ? existsAlready(operation, id) : error;
  }
}

/**
 * Whether a client that was not there before can only be the one whose creation was not answered: it is in every field
 * what was asked for, and its secret is ours. Where that cannot be asked, the secret is written, so that it is. A conflict
 * alone (`lost` is false) may come from another program that creates the same client at this moment: there the secret has
 * to prove it.
 */
async function isOurs(operation: HydraOperation, client: NewClient, made: HydraJson, lost: boolean): Promise<boolean> {
  const { id, secret, secretMethod } = client;
  if (!client.equals(made)) return false;
  if (secret === undefined) return lost;
  const asked = secretMethod && operation.api.checkSecret?.(id, secret, secretMethod);
  const works = await asked?.catch(() => undefined);
  if (works === undefined && lost) await syncClient(operation, id, () => ({ client_secret: secret }));
  return works ?? lost;
}

async function refuseUnlessFree(operation: HydraOperation, id: string): Promise<void> {
  try {
    if (await unlessGone(operation.api.getClient(id))) throw existsAlready(operation, id);
  } catch (error) {
    // Hydra v2.3.0 creates a client whose id holds a slash and can then neither read nor delete it.
    if (!id.includes("/") || !(error instanceof HydraError) || error.status !== 404) throw error;
    const message = `clientId: this server cannot address a client whose id holds a slash (${JSON.stringify(id)})`;
    throw new Refusal({ code: "unaddressable", message, advice: "choose another id" }, error);
  }
}

function existsAlready(operation: HydraOperation, id: string): Refusal {
  const message = `a client with the id ${JSON.stringify(id)} exists already and was not created by this resource`;
  const advice =
    `${ifNotNew}; if another resource of the program has this clientId, change one of the two; ` +
    `otherwise ${recovery(operation, id)}`;
  return new Refusal({ code: "exists-already", message, advice });
}

function appeared(operation: HydraOperation, id: string): Refusal {
  const message = `a client with the id ${JSON.stringify(id)} was created at the same time, and it is not the one that was asked for; nothing was changed`;
  return new Refusal({ code: "exists-already", message, advice: recovery(operation, id) });
}

function recovery(operation: HydraOperation, id: string): string {
  return (
    `adopt it on the plugin with ${importCommand(operation, "OAuth2Client", id)}, ` +
    `or delete it with \`hydra delete oauth2-client ${shellWord(id)} --endpoint ${operation.api.url}\``
  );
}
