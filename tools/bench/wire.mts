// Knows how fast the resource definitions are in process, against a plain loop of undici that sends the same requests.
import { Pool } from "undici";
import type * as config from "../../provider/config.ts";
import type { Admin } from "../../provider/hydra/admin.ts";
import type * as registry from "../../provider/registry.ts";
import { inLanes } from "./lane.mts";
import { clientArgs } from "./program.mts";
import { type Row, ratioOf, spreadOf } from "./table.mts";

const atATime = 16;
const count = 500;
/** A read is over so soon that each client is read so often: what is measured is not the warming up. */
const readings = 15;
const rounds = 6;

const built = (name: string) => import(new URL(`../../dist/provider/${name}.js`, import.meta.url).href);

const steps = ["create", "read", "update", "delete"] as const;
type Step = (typeof steps)[number];
type Times = Record<Step, number>;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function often<Item>(items: readonly Item[]): Item[] {
  return Array.from({ length: readings }, () => items).flat();
}

/** The requests that the definitions send, as plainly as undici sends them. */
async function plainly(adminUrl: string, pool: Pool): Promise<Times> {
  const send = async (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown) => {
    const headers = { "content-type": "application/json" };
    const response = await pool.request({
      method,
      path: `/admin${path}`,
      ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    // A transaction that lost is sent again, as the definitions do.
    if (response.statusCode === 400) return send(method, path, body);
    if (response.statusCode >= 300) throw new Error(`${method} ${adminUrl}${path} answered ${response.statusCode}`);
    return text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
  };
  const bodies = Array.from({ length: count }, (_, index) => ({
    client_id: crypto.randomUUID(),
    client_secret: crypto.randomUUID(),
    ...snakeCased(clientArgs(index)),
  }));
  const path = ({ client_id: id }: { client_id: string }) => `/clients/${id}`;
  const patch = [{ op: "add", path: "/client_name", value: "Changed" }];
  return {
    create: await timed(() => inLanes(bodies, atATime, (body) => send("POST", "/clients", body))),
    read: await timed(() => inLanes(often(bodies), atATime, (body) => send("GET", path(body)))),
    update: await timed(() =>
      inLanes(bodies, atATime, async (body) => {
        await send("GET", path(body));
        await send("PATCH", path(body), patch);
      }),
    ),
    delete: await timed(() => inLanes(bodies, atATime, (body) => send("DELETE", path(body)))),
  };
}

function snakeCased(values: Record<string, unknown>): Record<string, unknown> {
  const name = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [name(key), value]));
}

/** The same through the definitions; reads one by one, so that the requests are the same. */
async function byDefinition({ resources }: typeof registry, server: Admin): Promise<Times> {
  const client = resources.find(({ type }) => type === "OAuth2Client");
  if (!client) throw new Error("there is no OAuth2Client");
  const operation = { server: { ...server, readClient: server.getClient }, warn: () => undefined };
  const all = Array.from({ length: count }, (_, index) => ({ __clientId: crypto.randomUUID(), ...clientArgs(index) }));
  let made: { id: string; state: Readonly<Record<string, unknown>>; inputs: Record<string, unknown> }[] = [];
  const create = await timed(async () => {
    made = await inLanes(all, atATime, async (inputs) => ({
      inputs,
      ...(await client.create({ ...operation, inputs })),
    }));
  });
  return {
    create,
    read: await timed(() => inLanes(often(made), atATime, ({ id, state }) => client.read({ ...operation, id, state }))),
    update: await timed(() =>
      inLanes(made, atATime, ({ id, state, inputs }) =>
        client.update({ ...operation, id, state, inputs: { ...inputs, clientName: "Changed" } }),
      ),
    ),
    delete: await timed(() => inLanes(made, atATime, ({ id, state }) => client.delete({ ...operation, id, state }))),
  };
}

export async function measureWire(adminUrl: string): Promise<Row[]> {
  const { configure } = (await built("config")) as typeof config;
  const definitions = (await built("registry")) as typeof registry;
  const configuration = configure((key) => (key === "adminUrl" ? adminUrl : undefined), {});
  const server = configuration.server(undefined, () => undefined);
  const pool = new Pool(adminUrl);
  const times = { plain: [] as Times[], ours: [] as Times[] };
  for (let round = 0; round <= rounds; round++) {
    const plain = () => plainly(adminUrl, pool);
    const ours = () => byDefinition(definitions, server);
    const pair = round % 2 === 0 ? [await plain(), await ours()] : [await ours(), await plain()].toReversed();
    // The first round warms both up.
    if (round > 0) {
      times.plain.push(pair[0] as Times);
      times.ours.push(pair[1] as Times);
    }
  }
  await pool.close();
  const done = (step: Step) => (step === "read" ? count * readings : count);
  return steps.map((step) => {
    const [plain, ours] = [times.plain, times.ours].map((side) => side.map((one) => (done(step) * 1_000) / one[step]));
    const perSecond = (rates: number[] = []) => `${spreadOf(rates).median.toFixed(0)} /s`;
    return {
      what: `in process, 16 at a time: ${step}, against plain undici`,
      base: perSecond(plain),
      ours: perSecond(ours),
      ratio: ratioOf(ours ?? [], plain ?? []),
      aim: "≥ 0.90",
    };
  });
}
