// What is recorded of a client that was read from a listed page, and of the same client read by itself.

import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createHydraApi } from "../../provider/hydra/admin.ts";
import type { HydraJson } from "../../provider/hydra/json.ts";
import { createPace } from "../../provider/hydra/pace.ts";
import { createTransport } from "../../provider/hydra/request.ts";
import type { Resource } from "../../provider/lifecycle/resource.ts";
import type { Values } from "../../provider/lifecycle/value.ts";
import { clientLifespans } from "../../provider/resources/client-lifespans/definition.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { hydra } from "../support/hydra.ts";
import { agree } from "./agree.ts";
import { accepted, fieldsOn } from "./client-field.ts";
import { create, destroy, type Held } from "./engine.ts";
import * as field from "./field.ts";
import { lifespansOn } from "./lifespan.ts";
import { type Fields, firstWay, meaningsOf, plans, told, without, written } from "./plan.ts";
import { uniqueName } from "./run.ts";
import { probe } from "./server.ts";

const count = 120;
const lanes = 8;

/** Runs work on all of these, some at a time. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const lane = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The admin API, and the paths of all that it was asked. */
function watchedAdmin() {
  const sent: string[] = [];
  const transport = createTransport({
    url: hydra.adminUrl,
    key: "hydra:adminUrl",
    credentials: [],
    headers: {},
    timeout: 30_000,
    retries: 8,
    pace: createPace(hydra.adminUrl, () => undefined),
    notify: () => undefined,
    proxy: undefined,
    tls: { ca: undefined, cert: undefined, key: undefined, verify: true, caKey: "", certKey: "" },
    secrets: [],
  });
  const send: typeof transport.send = (request) => {
    sent.push(`${request.method} ${request.path}`);
    return transport.send(request);
  };
  const readDocument = () => Promise.reject(new Error("no client is a document"));
  return { sent, admin: createHydraApi({ url: hydra.adminUrl, transport: { ...transport, send }, readDocument }) };
}

/** What a refresh records of a client that the server showed like this. */
async function recorded(resource: Resource<never>, wire: HydraJson, id: string, state: Values): Promise<unknown> {
  const operation = { api: { readClient: async () => wire } } as never;
  return resource.read(operation, { id, state });
}

describe("a client read from a listed page", () => {
  let fields: Fields;
  beforeAll(async () => {
    const abilities = await probe();
    fields = without(fieldsOn(abilities, lifespansOn(abilities)), ["connection"]);
  });

  it("is recorded as the same client read by itself, whatever it has", async () => {
    const seed = Number(process.env.PROPERTY_SEED ?? Math.trunc(Math.random() * 2 ** 31));
    const programs = fc.sample(plans(fields, []), { seed, numRuns: count }).map((untold) => {
      const story = told(untold, "clientId", field.own, uniqueName);
      return written(fields, accepted(meaningsOf(fields, story.program)), firstWay(story));
    });
    const made: Held[] = [];
    try {
      await each(programs, async (program) => void made.push(await create(oauth2Client, program)));
      const { admin, sent } = watchedAdmin();
      const singly = new Map<string, HydraJson>();
      await each(made, async ({ id }) => void singly.set(id, await admin.getClient(id)));
      sent.length = 0;
      const listed = new Map<string, HydraJson>();
      await each(made, async ({ id }) => void listed.set(id, await admin.readClient(id)));
      // Some come by themselves before it is a burst.
      expect(sent.length).toBeLessThan(count / 2);
      for (const { id, state } of made) {
        const [one, other] = [singly.get(id)!, listed.get(id)!];
        for (const resource of [oauth2Client, clientLifespans] as unknown as Resource<never>[]) {
          for (const known of [state, {}]) {
            const [fromPage, alone] = [
              await recorded(resource, other, id, known),
              await recorded(resource, one, id, known),
            ];
            agree(fromPage, alone, `${id}, PROPERTY_SEED=${seed}`);
          }
        }
      }
    } finally {
      await each(made, (held) => destroy(oauth2Client, held));
    }
  });
});
