// Knows what one resource costs among few and among many: calls of the admin API, processor time, bytes of state, memory.
import { startCounter } from "./counter.mts";
import { inLanes } from "./lane.mts";
import { startPlugin } from "./plugin-process.mts";
import { clientArgs, lifespanArgs } from "./program.mts";
import { bytes, type Row } from "./table.mts";

/** The engine has four operations under way for each core. */
const atATime = 8;

interface Cost {
  readonly calls: Readonly<Record<"create" | "no-change up" | "refresh" | "destroy", number>>;
  readonly resources: number;
  readonly processorMs: number;
  readonly stateBytes: number;
  readonly memoryBytes: number;
}

/** One process of the plugin in which so many clients live, with lifespans for every third. */
async function live(executable: string, path: string, adminUrl: string, clients: number): Promise<Cost> {
  await using counter = await startCounter(adminUrl);
  await using plugin = await startPlugin(executable, path);
  await plugin.configure({ adminUrl: counter.url });
  const before = await plugin.processorMs();
  const counted = async <T,>(work: () => Promise<T>): Promise<[number, T]> => {
    counter.count = 0;
    const result = await work();
    return [counter.count, result];
  };
  const make = async (type: string, args: Record<string, unknown>) => {
    const inputs = await plugin.check(type, args);
    return { type, inputs, ...(await plugin.create(type, inputs)) };
  };
  const [create, made] = await counted(async () => {
    const owners = await inLanes([...Array(clients).keys()], atATime, (index) =>
      make("OAuth2Client", clientArgs(index)),
    );
    const thirds = owners.filter((_, index) => index % 3 === 2);
    const lifespans = await inLanes(thirds, atATime, ({ id }) =>
      make("ClientLifespans", { clientId: id, ...lifespanArgs }),
    );
    return [...owners, ...lifespans];
  });
  const [again] = await counted(() =>
    inLanes(made, atATime, async ({ type, id, state, inputs }) => {
      if (await plugin.diff(type, id, state, inputs)) throw new Error(`${type} ${id} is found changed`);
    }),
  );
  const [refresh] = await counted(() =>
    inLanes(made, atATime, async ({ type, id, state, inputs }) => {
      if (!(await plugin.read(type, id, state, inputs))) throw new Error(`${type} ${id} is not found`);
    }),
  );
  const memoryBytes = await plugin.memoryBytes();
  const [destroy] = await counted(() =>
    inLanes(made.toReversed(), atATime, ({ type, id, state }) => plugin.delete(type, id, state)),
  );
  return {
    calls: { create, "no-change up": again, refresh, destroy },
    resources: made.length,
    processorMs: (await plugin.processorMs()) - before,
    stateBytes: made.reduce((sum, one) => sum + one.bytes, 0) / made.length,
    memoryBytes,
  };
}

/** Rows that compare 300 clients with 1,000. */
export async function measureGrowth(executable: string, path: string, adminUrl: string): Promise<Row[]> {
  const few = await live(executable, path, adminUrl, 300);
  const many = await live(executable, path, adminUrl, 1_000);
  const ratio = (left: number, right: number) => ({ median: left / right, least: left / right, most: left / right });
  const calls = (["create", "no-change up", "refresh", "destroy"] as const).map((step): Row => {
    const refreshed = step === "refresh";
    return {
      what: `calls of the admin API: ${step}, 300 clients and 1,000 (${few.resources} and ${many.resources} resources)`,
      base: `${few.calls[step]}`,
      ours: `${many.calls[step]}`,
      ...(refreshed ? { aim: "≤ 20 at 1,000" } : {}),
    };
  });
  const per = ({ processorMs, resources }: Cost) => processorMs / resources;
  return [
    ...calls,
    {
      what: "processor time of the plugin for the life of one resource, at 300 and at 1,000",
      base: `${per(few).toFixed(2)} ms`,
      ours: `${per(many).toFixed(2)} ms`,
      ratio: ratio(per(many), per(few)),
      aim: "the same",
    },
    {
      what: "bytes of inputs and state of one resource, at 300 and at 1,000",
      base: bytes(few.stateBytes),
      ours: bytes(many.stateBytes),
      ratio: ratio(many.stateBytes, few.stateBytes),
      aim: "the same",
    },
    {
      what: "memory of the plugin's process, at most, at 300 and at 1,000",
      base: bytes(few.memoryBytes),
      ours: bytes(many.memoryBytes),
    },
  ];
}
