// Functions that look up OAuth 2.0 clients.

import * as z from "zod";
import type { Admin, Wire } from "../hydra/admin.ts";
import { unlessGone } from "../hydra/error.ts";
import type { ServerFunction } from "../lifecycle/function.ts";
import { Refusal } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";
import { connection } from "../resources/connection.ts";
import * as field from "../resources/field.ts";
import { type OAuth2ClientInputs, type OAuth2ClientOutputs, oauth2Client } from "../resources/oauth2-client.ts";
import { outputsOf, readFields } from "../resources/wire.ts";

const readable = Object.keys(oauth2Client.inputs.shape).filter((name) => {
  const { local, secret } = oauth2Client.fields[name] ?? {};
  return !local && !secret;
});

const client = z.object({
  ...Object.fromEntries(readable.map((name) => [name, oauth2Client.inputs.shape[name] as z.ZodType])),
  ...oauth2Client.outputs.omit({ registrationAccessToken: true, registrationClientUri: true }).shape,
});

/** A client as it is found: all it has but what only its creation tells. */
export type ClientResult = Omit<OAuth2ClientInputs, "clientSecret" | "secretRotation" | "connection"> &
  Omit<OAuth2ClientOutputs, "registrationAccessToken" | "registrationClientUri">;
export type ClientsResult = { readonly clients: readonly ClientResult[] };
export type ClientQuery = z.infer<typeof one>;
export type ClientsQuery = z.infer<typeof some>;

function clientOf(wire: Wire): Values {
  return { ...readFields(oauth2Client, wire, {}, readable), ...outputsOf(oauth2Client, wire) };
}

const one = z.strictObject({
  /** The client's id. */
  clientId: field.clientId,
  ...connection,
});

/** One OAuth 2.0 client, with its lifespans. Its secret cannot be read back. */
export const getOAuth2Client: ServerFunction<Admin, ClientQuery> = {
  type: "getOAuth2Client",
  inputs: one,
  outputs: client,
  secrets: [],
  rules: () => [],
  async call({ server, inputs: { clientId }, signal }) {
    const wire = await unlessGone(server.getClient(clientId, signal));
    if (!wire) throw new Refusal(`clientId: there is no client ${JSON.stringify(clientId)}`);
    return clientOf(wire);
  },
};

const some = z.strictObject({
  /** Only clients of exactly this name. */
  clientName: field.text.optional(),
  /** Only clients of exactly this owner. */
  owner: field.text.optional(),
  ...connection,
});

/** All OAuth 2.0 clients, or those of a name or an owner. */
export const getOAuth2Clients: ServerFunction<Admin, ClientsQuery> = {
  type: "getOAuth2Clients",
  inputs: some,
  outputs: z.object({
    /** The clients, in the order of their ids. */
    clients: z.array(client),
  }),
  secrets: [],
  rules: () => [],
  async call({ server, inputs: { clientName, owner }, signal }) {
    return { clients: (await server.listClients({ client_name: clientName, owner }, signal)).map(clientOf) };
  },
};
