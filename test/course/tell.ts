// Tells a course: applies its turns one by one, and asks the model after each. Knows no code of ours.
import { isDeepStrictEqual } from "node:util";
import type { FaultProxy, Fault as Spoiling } from "../support/fault.ts";
import { type Change, type Course, changed, type Fault, type Turn } from "./course.ts";
import {
  contradiction,
  type Declared,
  type ForeignTrust,
  issuerOf,
  keys,
  kidOf,
  lifespanFields,
  type Program,
  type Server,
  serverOf,
  tagOf,
  trustIdentity,
} from "./declared.ts";
import type { Command, Interruption, Result, Stack } from "./driver.ts";
import {
  clientFields,
  type Deployed,
  identityIn,
  judged,
  type Known,
  liveValue,
  type StackModel,
  sawAll,
  told,
  undeclared,
  wantedKeys,
  wireName,
} from "./model.ts";
import {
  type Address,
  change as changeLive,
  clientPath,
  get,
  type Json,
  type Live,
  look,
  make,
  remove,
  removeTrust,
  secretWorks,
  storedKey,
  trust,
} from "./server.ts";

export interface Place {
  readonly marker: string;
  /** Where the servers are, and the proxy before each. */
  readonly servers: Readonly<Record<Server, Address>>;
  readonly proxies: Readonly<Record<Server, FaultProxy>>;
  readonly stacks: readonly [Stack, Stack];
}

/** What is wrong, and the way to it. */
export interface Told {
  readonly wrong: readonly string[];
  readonly log: readonly string[];
  /** How often something was asked for, and how often it went wrong for a known reason. */
  readonly commands: number;
}

interface World extends Place {
  readonly course: Course;
  readonly models: readonly [StackModel, StackModel];
  readonly foreignTrusts: ForeignTrust[];
  /** The clients of others, as they were left. */
  readonly foreignClients: Map<string, { readonly server: Server; readonly live: Json }>;
  readonly names: Map<string, Set<string>>;
  readonly log: string[];
  commands: number;
  /** Something was killed since what belongs to others was last looked at. */
  killed: boolean;
}

class Wrong extends Error {}

/** Pulumi has lost its own state: nothing that follows says anything of us. */
class Over extends Error {}

export async function tell(course: Course, place: Place): Promise<Told> {
  const model = (program: Program): StackModel => ({
    program,
    deployed: [],
    known: new Map(),
    retained: new Set(),
    tried: [],
    remade: new Set(),
    unsure: false,
    killed: false,
    messages: "",
  });
  const world: World = {
    ...place,
    course,
    models: [model(course.programs[0]), model(course.programs[1])],
    foreignTrusts: [],
    foreignClients: new Map(),
    names: new Map(),
    log: [],
    commands: 0,
    killed: false,
  };
  const told = (wrong: string[]): Told => ({ wrong, log: world.log, commands: world.commands });
  const against = contradiction(course.programs, [], []);
  if (against !== "") return told([]);
  try {
    for (const stack of [0, 1] as const) {
      if (course.programs[stack].length > 0) await deploy(world, stack, { verb: "up" }, undefined, "at first", false);
    }
    const earlier: Program[][] = [[], []];
    for (const [index, turn] of course.turns.entries())
      await take(world, turn, index, earlier[turn.stack] as Program[]);
    return told([]);
  } catch (error) {
    if (error instanceof Over) return told([]);
    if (error instanceof Wrong) return told(error.message.split("\n"));
    return told([error instanceof Error ? `the course itself: ${error.stack ?? error.message}` : String(error)]);
  }
}

function fail(...messages: string[]): never {
  throw new Wrong(messages.join("\n"));
}

async function take(world: World, turn: Turn, index: number, earlier: Program[]): Promise<void> {
  const { stack, change, command, fault } = turn;
  const onward = turn.onward === true && index + 1 < world.course.turns.length;
  const model = world.models[stack];
  if (world.course.programs[stack].length === 0 && model.program.length === 0) return;
  const before = model.program;
  const next = changed(before, change, earlier, index);
  if (next && possible(world, stack, next)) model.program = next;
  if (!isDeepStrictEqual(before, model.program)) earlier.push(before);
  if (change.kind === "respell") await world.stacks[stack].respell();
  await byOthers(world, stack, change, index);
  const say = `turn ${index + 1} of stack ${stack + 1}: ${JSON.stringify(change)}, ${JSON.stringify(command)}${fault ? `, ${JSON.stringify(fault)}` : ""}`;
  // Nothing that the program says has changed.
  const quiet =
    isDeepStrictEqual(model.deployed, model.program) && !model.program.some(({ options }) => options.replaceOnChanges);
  if (turn.meanwhile) return together(world, turn, index, say);
  const one = model.program[command.at % Math.max(1, model.program.length)];
  switch (command.verb) {
    case "up":
      return deploy(world, stack, { verb: "up" }, fault, say, onward, quiet);
    case "up --refresh":
      return deploy(world, stack, { verb: "up", refresh: true }, fault, say, onward, quiet);
    case "up --replace":
      return deploy(world, stack, { verb: "up", replace: one ? [one.name] : [] }, fault, say, onward);
    case "up --target":
      return deploy(world, stack, one ? { verb: "up", target: [one.name] } : { verb: "up" }, fault, say, onward);
    case "taint":
      if (one) await world.stacks[stack].state("taint", one.name);
      return deploy(world, stack, { verb: "up" }, fault, say, onward);
    case "state rename":
      await renameState(world, stack, one, index);
      return deploy(world, stack, { verb: "up" }, fault, say, onward);
    case "import":
      await importClient(world, stack, index, say);
      return deploy(world, stack, { verb: "up" }, fault, say, onward);
    case "refresh":
      return refresh(world, stack, fault, say, onward);
    case "preview":
      return preview(world, stack, say);
  }
}

/** Both stacks at the same time. */
async function together(world: World, { stack, meanwhile }: Turn, index: number, say: string): Promise<void> {
  const other = stack === 0 ? 1 : 0;
  const [mine, theirs] = [world.models[stack], world.models[other]];
  const next = meanwhile && changed(theirs.program, meanwhile, [], index);
  if (next && possible(world, other, next)) theirs.program = next;
  const both = `${say}, while stack ${other + 1}: ${JSON.stringify(meanwhile)}`;
  world.log.push(both);
  for (const model of [mine, theirs]) {
    named(world, model);
    model.tried.push(model.program);
  }
  world.commands += 2;
  const results = await Promise.all(
    [stack, other].map((which) =>
      world.stacks[which as 0 | 1].run({ verb: "up" }, world.models[which as 0 | 1].program),
    ),
  );
  for (const [position, which] of ([stack, other] as const).entries()) {
    const result = results[position] as Result;
    if (!result.green) {
      await settle(world, which, result, both);
      continue;
    }
    world.log.push(`  ${JSON.stringify(result.operations)}`);
    await arrived(world, which, { remade: remadeIn(result), doubt: true }, both);
  }
}

/** What everything is called, and what may stay when it is given up. */
function named(world: World, { program, known, retained }: StackModel): void {
  for (const { uid, name } of program) world.names.set(uid, (world.names.get(uid) ?? new Set()).add(name));
  for (const { uid, options } of [...program, ...[...known.values()].map(({ declared }) => declared)])
    if (options.retainOnDelete) retained.add(uid);
}

function possible(world: World, stack: 0 | 1, next: Program): boolean {
  const programs = world.models.map(({ program }, index) => (index === stack ? next : program));
  const held = world.models.flatMap(({ known, tried }) => [
    ...[...known.values()].map(({ declared }) => declared),
    ...tried.flat(),
  ]);
  if (
    next.some((one) => one.options.retainOnDelete && (one.type !== "OAuth2Client" || one.args.clientId !== undefined))
  )
    return false;
  // What was imported stays on the server that it was imported from.
  const importedMoves = next.some((one) => one.uid.startsWith("imported") && serverOf(one) !== "a");
  return !importedMoves && contradiction(programs, held, world.foreignTrusts) === "";
}

/** What happens on the server without Pulumi. */
async function byOthers(world: World, stack: 0 | 1, change: Change, index: number): Promise<void> {
  const { marker, servers, models } = world;
  const all = [...models[stack].known.values()].filter(
    ({ declared, gone }) => declared.type !== "ClientLifespans" && !gone,
  );
  const known = "at" in change ? all[change.at % Math.max(1, all.length)] : undefined;
  if (change.kind === "foreign" && change.what === "client") {
    const server = change.at % 2 === 0 ? "a" : "b";
    const metadata = { big: "text", level: 3 };
    const { client_id } = await make(servers[server], { owner: marker, client_name: `foreign ${index}`, metadata });
    const id = String(client_id);
    world.foreignClients.set(id, { server, live: (await get(servers[server], clientPath(id))) as Json });
  }
  if (change.kind === "foreign" && change.what === "delete") {
    const [id, found] = [...world.foreignClients][0] ?? [];
    if (id !== undefined && found) await remove(servers[found.server], clientPath(id));
    world.foreignClients.delete(id ?? "");
  }
  if (!known) return;
  const { declared } = known;
  const here = serverOf(declared);
  if (change.kind === "foreign" && change.what === "sibling" && declared.type === "TrustedJwtIssuer") {
    const { issuer, key } = declared.args;
    const subject = `foreign${index}`;
    await trust(servers[here], issuerOf(marker, issuer), subject, keys[String(key)] as Json);
    world.foreignTrusts.push({ server: here, issuer: String(issuer), subject, key: String(key) });
  }
  if (change.kind === "drift" && declared.type === "OAuth2Client") await drift(world, stack, known, change);
  if (change.kind === "vanish" && declared.type === "OAuth2Client") {
    const path = clientPath(String(known.live.client_id));
    if (!(await get(servers[here], path))) return;
    await remove(servers[here], path);
    Object.assign(known, { gone: true, seen: false });
  }
  if (change.kind === "vanish" && declared.type === "TrustedJwtIssuer") await vanish(world, declared);
}

/** One trust deleted by somebody: its key goes with it, and all that use it. */
async function vanish(world: World, declared: Declared): Promise<void> {
  const here = serverOf(declared);
  const { trusts } = await look(world.servers[here], world.marker);
  const found = trusts.find((each) => identityIn(world.marker, each) === trustIdentity(declared));
  if (found) await endTrust(world, here, found);
}

async function endTrust(world: World, here: Server, found: Json): Promise<void> {
  await removeTrust(world.servers[here], found.id);
  const [shortIssuer, , kid] = JSON.parse(identityIn(world.marker, found)) as string[];
  const sameKey = (issuer: unknown, key: unknown, server: Server) =>
    server === here && issuer === shortIssuer && kidOf(key) === kid;
  for (const { known } of world.models)
    for (const each of known.values()) {
      const { type, args } = each.declared;
      if (type === "TrustedJwtIssuer" && sameKey(args.issuer, args.key, serverOf(each.declared)))
        Object.assign(each, { gone: true, seen: false });
    }
  const left = world.foreignTrusts.filter(({ issuer, key, server }) => !sameKey(issuer, key, server));
  world.foreignTrusts.splice(0, world.foreignTrusts.length, ...left);
}

const driftable: Readonly<Record<string, readonly unknown[]>> = {
  clientName: ["drifted", "B"],
  scope: ["drifted", "read"],
  contacts: [["drift@example.com"], []],
  metadata: [{ team: "drifted" }, {}],
  redirectUris: [["https://drift.example/"]],
  skipConsent: [true, false],
  [lifespanFields[0] as string]: ["2h30m", undefined],
  [lifespanFields[1] as string]: ["90m", undefined],
};

async function drift(
  world: World,
  stack: 0 | 1,
  known: Known,
  { field, value }: { field: number; value: number },
): Promise<void> {
  const { declared } = known;
  const names = Object.keys(driftable);
  const name = names[field % names.length] as string;
  const values = driftable[name] as readonly unknown[];
  const next = told(name, values[value % values.length]);
  const server = world.servers[serverOf(declared)];
  const id = String(known.live.client_id);
  const live = await get(server, clientPath(id));
  if (!live || isDeepStrictEqual(liveValue(name, live), next)) return;
  await changeLive(server, id, { [wireName(name)]: next });
  known.live = (await get(server, clientPath(id))) as Json;
  known.drift.add(name);
  world.log.push(`  somebody sets ${name} of ${declared.name} (stack ${stack + 1}) to ${JSON.stringify(next)}`);
}

async function renameState(world: World, stack: 0 | 1, one: Declared | undefined, index: number): Promise<void> {
  const model = world.models[stack];
  if (!one || !(await world.stacks[stack].recorded()).some(({ name, deleted }) => name === one.name && !deleted))
    return;
  const name = `${one.uid}restated${index}`;
  await world.stacks[stack].rename(one.name, name);
  const { aliases: _, ...options } = one.options;
  model.program = model.program.map((each) => (each === one ? { ...one, name, options } : each));
}

async function importClient(world: World, stack: 0 | 1, index: number, say: string): Promise<void> {
  const { marker, servers, models } = world;
  const uid = `imported${index}`;
  const one: Declared = {
    uid,
    type: "OAuth2Client",
    name: uid,
    args: { clientName: "Imported", contacts: ["i@example.com"] },
    options: { protect: true },
  };
  const { client_id } = await make(servers.a, {
    owner: marker,
    policy_uri: tagOf(marker, uid),
    client_name: "Imported",
    contacts: ["i@example.com"],
  });
  const id = String(client_id);
  const result = await world.stacks[stack].run(
    { verb: "import", imports: [{ type: "OAuth2Client", name: uid, id }] },
    models[stack].program,
  );
  world.commands++;
  if (!result.green) fail(`${say}: pulumi import failed`, ...result.errors);
  // What is imported keeps its id: the program names it, as the code that the CLI prints does.
  models[stack].program = [...models[stack].program, one];
  models[stack].known.set(uid, {
    declared: one,
    live: (await get(servers.a, clientPath(id))) as Json,
    drift: new Set(),
    seen: true,
    gone: false,
  });
}

async function lookAround(world: World): Promise<Record<Server, Live>> {
  const [a, b] = await Promise.all([look(world.servers.a, world.marker), look(world.servers.b, world.marker)]);
  return { a, b };
}

async function preview(world: World, stack: 0 | 1, say: string): Promise<void> {
  world.log.push(say);
  const before = await lookAround(world);
  world.commands++;
  await world.stacks[stack].run({ verb: "preview" }, world.models[stack].program);
  if (!isDeepStrictEqual(await lookAround(world), before)) fail(`${say}: a preview changed the server`);
}

async function refresh(
  world: World,
  stack: 0 | 1,
  fault: Fault | undefined,
  say: string,
  onward: boolean,
): Promise<void> {
  world.log.push(say);
  const before = await lookAround(world);
  const result = await spoiled(world, stack, { verb: "refresh" }, fault);
  if (!isDeepStrictEqual(await lookAround(world), before)) fail(`${say}: a refresh changed the server`);
  if (!result.green) return failed(world, stack, result, say, onward);
  sawAll(world.models[stack]);
  await untouched(world, say);
}

const isCrash =
  /\bdefect\b|TypeError|is not a function|Cannot read prop|code must be a string|exited prematurely|panic/;

async function deploy(
  world: World,
  stack: 0 | 1,
  command: Command,
  fault: Fault | undefined,
  say: string,
  onward: boolean,
  quiet = false,
): Promise<void> {
  world.log.push(say);
  const model = world.models[stack];
  named(world, model);
  const promised = await world.stacks[stack].run({ ...command, verb: "preview" }, model.program);
  world.commands++;
  const result = await spoiled(world, stack, command, fault);
  // Cancelled among its deletions, Pulumi v3.259.0 leaves the rest of them to the next `up`, and reports success.
  const isOver = result.green && fault?.kind !== "Ctrl-C";
  if (!isOver) return failed(world, stack, result, say, onward);
  world.log.push(`  ${JSON.stringify(result.operations)}`);
  if (!fault) keptPromise(promised, result, model.program, world.course.host === "dynamic", say);
  if (
    quiet &&
    !command.replace &&
    remadeIn(result).size > 0 &&
    model.tried.length === 0 &&
    ![...model.known.values()].some(({ gone }) => gone)
  )
    fail(say, `${[...remadeIn(result)].join(", ")} was made again, and nobody asked for it`);
  const only = command.target ? { only: new Set(command.target) } : {};
  if (command.refresh) sawAll(model);
  await arrived(world, stack, { remade: remadeIn(result), doubt: fault !== undefined, ...only }, say);
}

/** What was created, or may have been. A creation that failed left what was there before. */
function remadeIn({ operations }: Result): Set<string> {
  const isRemade = (operation = "") => /create|replace/.test(operation) && !/^create\S* failed$/.test(operation);
  return new Set(Object.keys(operations).filter((name) => isRemade(operations[name])));
}

/** After a command that went well, all has to be as the program says. */
async function arrived(world: World, stack: 0 | 1, came: Deployed, say: string): Promise<void> {
  const { marker, models, stacks } = world;
  const model = models[stack];
  const remade = new Set([...came.remade, ...model.remade]);
  const deployed = { ...came, remade, doubt: came.doubt || model.tried.length > 0 };
  const recorded = await stacks[stack].recorded();
  const { killed } = model;
  const refreshed = async () => {
    world.commands += 2;
    await stacks[stack].run({ verb: "refresh", clear: killed }, model.program);
    sawAll(model);
    const result = await stacks[stack].run({ verb: "up" }, model.program);
    if (!result.green) return settle(world, stack, result, say);
    return arrived(world, stack, { remade: new Set([...remade, ...remadeIn(result)]), doubt: true }, say);
  };
  if (!deployed.only && (await takeAway(world, model))) return refreshed();
  const live = await lookAround(world);
  const wrong = judged(marker, model, deployed, live, recorded);
  if (!deployed.only)
    wrong.push(
      ...undeclared(marker, model, models, foreignOf(world), live).map(
        ({ what, server }) => `${what} is on server ${server}, and nothing declares it`,
      ),
    );
  wrong.push(...(await keysWrong(world, deployed)), ...(await secretsWrong(world, stack, deployed, live)));
  // What was done and never recorded, a refresh shows; Pulumi asks for one as long as it knows of an operation that did not end.
  if (wrong.length > 0 && killed && !deployed.only) return refreshed();
  if (wrong.length > 0) fail(say, ...wrong);
  await untouched(world, say);
  remember(world, stack, deployed, live, recorded);
  await neighbours(world, stack, live, say);
  if (deployed.only) {
    // No program stands for what is there now.
    model.deployed = [];
    return;
  }
  model.tried = [];
  model.deployed = model.program;
  model.remade.clear();
  model.unsure = false;
  const again = await stacks[stack].run({ verb: "preview" }, model.program);
  world.commands++;
  const moves = Object.entries(again.operations).filter(([, op]) => op !== "same");
  if (!again.green) fail(say, "the next preview fails", ...again.errors);
  if (moves.length > 0) fail(say, `the next preview is not empty: ${JSON.stringify(Object.fromEntries(moves))}`);
}

function foreignOf({ foreignClients, foreignTrusts }: World): Set<unknown> {
  const trusts = foreignTrusts.map((one) => JSON.stringify([one.issuer, one.subject, kidOf(one.key)]));
  return new Set<unknown>([...foreignClients.keys(), ...trusts]);
}

/**
 * A person takes away what a SIGKILL left between a request and the record of it, and what a message has named. Whether trusts of
 * the program went along, for they have the same key.
 */
async function takeAway(world: World, model: StackModel): Promise<boolean> {
  const { marker, models, stacks, servers } = world;
  if (!model.killed && model.messages === "") return false;
  const live = await lookAround(world);
  const recorded = new Set((await Promise.all(stacks.map((each) => each.recorded()))).flat().map(({ id }) => id));
  // What a message could not name by its id, it has asked a person to look for.
  let left = (model.killed ? 1 : 0) + [...model.messages.matchAll(/may have created/g)].length;
  let wentAlong = false;
  const excused = (id: string) => !recorded.has(id) && (model.messages.includes(id) || left-- > 0);
  for (const { server, id } of undeclared(marker, model, models, foreignOf(world), live)) {
    if (!excused(id)) continue;
    const trust = live[server].trusts.find((each) => each.id === id);
    if (!trust) {
      await remove(servers[server], clientPath(id));
      continue;
    }
    await endTrust(world, server, trust);
    const [issuer, , kid] = JSON.parse(identityIn(marker, trust));
    wentAlong ||= model.program.some(
      (one) => serverOf(one) === server && one.args.issuer === issuer && kidOf(one.args.key) === kid,
    );
  }
  const tags = new Set(model.program.map(({ uid }) => tagOf(marker, uid)));
  for (const server of ["a", "b"] as const)
    for (const { client_id: id, policy_uri: tag } of live[server].clients)
      if (tags.has(String(tag)) && excused(String(id))) await remove(servers[server], clientPath(String(id)));
  model.killed = false;
  model.messages = "";
  return wentAlong;
}

async function keysWrong({ marker, servers, models }: World, { only }: Deployed): Promise<string[]> {
  if (only) return [];
  const wanted = models.flatMap(({ program, known }) =>
    wantedKeys(
      marker,
      program.filter(({ uid }) => known.get(uid)?.gone !== true),
    ),
  );
  const wrong = await Promise.all(
    wanted.map(async ({ server, issuer, kid, jwk }) => {
      const stored = await storedKey(servers[server], issuer, kid);
      return stored && stored.x !== jwk.x ? [`another key stands under ${issuer} ${kid} on server ${server}`] : [];
    }),
  );
  return wrong.flat();
}

async function secretsWrong(
  world: World,
  stack: 0 | 1,
  { remade }: Deployed,
  live: Record<Server, Live>,
): Promise<string[]> {
  const wrong: string[] = [];
  const recorded = await world.stacks[stack].recorded();
  for (const one of world.models[stack].program) {
    if (one.type !== "OAuth2Client") continue;
    const known = world.models[stack].known.get(one.uid);
    const edited =
      !isDeepStrictEqual(known?.declared.args.clientSecret, one.args.clientSecret) ||
      !isDeepStrictEqual(known?.declared.args.secretRotation, one.args.secretRotation);
    if (!remade.has(one.name) && !edited) continue;
    const record = recorded.find(({ name, deleted }) => name === one.name && !deleted);
    const client = live[serverOf(one)].clients.find(({ client_id }) => client_id === record?.id);
    const secret = record?.outputs.clientSecret;
    if (!client || client.token_endpoint_auth_method === "none" || typeof secret !== "string") continue;
    if (
      !(await secretWorks(
        world.servers[serverOf(one)],
        String(client.client_id),
        secret,
        client.token_endpoint_auth_method,
      ))
    )
      wrong.push(`the recorded secret of ${one.name} is not in force`);
  }
  return wrong;
}

function remember(
  world: World,
  stack: 0 | 1,
  { only }: Deployed,
  live: Record<Server, Live>,
  recorded: readonly { name: string; id: string; deleted: boolean }[],
): void {
  const { program, known } = world.models[stack];
  if (!only) for (const uid of [...known.keys()]) if (!program.some((one) => one.uid === uid)) known.delete(uid);
  for (const one of program) {
    if (only && !only.has(one.name)) continue;
    const before = known.get(one.uid);
    const id = recorded.find(({ name, deleted }) => name === one.name && !deleted)?.id;
    const found = live[serverOf(one)].clients.find(({ client_id }) => client_id === id);
    const trust = live[serverOf(one)].trusts.find((each) => identityIn(world.marker, each) === trustIdentity(one));
    const here =
      one.type === "OAuth2Client" ? found !== undefined : one.type === "TrustedJwtIssuer" ? trust !== undefined : true;
    const ignored = before ? (one.options.ignoreChanges ?? []) : [];
    const kept = ignored.map((name) => [name, before?.declared.args[name]] as const);
    const lived = trust && { scope: trust.scope, expiresAt: trust.expires_at };
    const declared = {
      ...one,
      args: { ...one.args, ...Object.fromEntries(kept), ...(ignored.length > 0 ? lived : {}) },
    };
    const spans = program.find(({ of }) => of === one.uid);
    const wanted = (name: string) => told(name, (lifespanFields.includes(name) && spans ? spans : one).args[name]);
    const still = [...(before?.drift ?? [])].filter(
      (name) => found && !isDeepStrictEqual(liveValue(name, found), wanted(name)),
    );
    known.set(one.uid, {
      declared,
      live: found ?? before?.live ?? {},
      drift: new Set(still),
      seen: before?.seen ?? false,
      gone: !here,
    });
  }
}

/** The other stack's objects are as they were left. */
async function neighbours(world: World, stack: 0 | 1, live: Record<Server, Live>, say: string): Promise<void> {
  const other = world.models[1 - stack] as StackModel;
  // How a command that failed left them is looked at when the next one went well.
  if (other.tried.length > 0) return;
  for (const { declared, gone, live: before } of other.known.values()) {
    if (gone || declared.type === "ClientLifespans") continue;
    const { clients, trusts } = live[serverOf(declared)];
    const there =
      declared.type === "OAuth2Client"
        ? clients.some(({ client_id }) => client_id === before.client_id)
        : trusts.some(
            (each) =>
              identityIn(world.marker, each) ===
              JSON.stringify([declared.args.issuer, declared.args.subject, kidOf(declared.args.key)]),
          );
    if (!there) fail(say, `${declared.name} of the other stack is gone`);
    const found = clients.find(({ client_id }) => client_id === before.client_id) ?? {};
    for (const field of declared.type === "OAuth2Client" ? clientFields : [])
      if (!isDeepStrictEqual(liveValue(field, found), liveValue(field, before)))
        fail(say, `${field} of ${declared.name} of the other stack changed`);
  }
}

/** What belongs to others is as they left it. */
async function untouched(world: World, say: string): Promise<void> {
  for (const [id, { server, live }] of world.foreignClients)
    if (!isDeepStrictEqual(await get(world.servers[server], clientPath(id)), live))
      fail(say, `the client ${String(live.client_name)} of somebody else changed`);
  if (world.foreignTrusts.length === 0) return;
  const live = await lookAround(world);
  const lost = new Set<string>();
  for (const one of world.foreignTrusts) {
    const identity = foreignIdentity(one);
    const found = live[one.server].trusts.find((each) => identityIn(world.marker, each) === identity);
    // Hydra deletes it with the key of ours. A provider that is killed before it recreates it remembers nothing.
    if (!found && world.killed) lost.add(identity);
    else if (!found) fail(say, `the trust ${identity} of somebody else is gone`);
    else if (!isDeepStrictEqual([found.scope, found.expires_at], [["foreign"], "2097-01-01T00:00:00Z"]))
      fail(say, `the trust ${identity} of somebody else changed`);
  }
  world.killed = false;
  const left = world.foreignTrusts.filter((one) => !lost.has(foreignIdentity(one)));
  world.foreignTrusts.splice(0, world.foreignTrusts.length, ...left);
}

function foreignIdentity({ issuer, subject, key }: ForeignTrust): string {
  return JSON.stringify([issuer, subject, kidOf(key)]);
}

/** Not known yet, or secret: the event log has neither. */
const isHidden = /04da6b54-|\[secret\]/;

/** What came has to be what the preview said. */
function keptPromise(promised: Result, came: Result, program: Program, dynamic: boolean, say: string): void {
  // Pulumi v3.259.0 says so of a preview with `--target`, where what depends on a replaced resource is not among the targets.
  if (promised.errors.some((message) => message.includes("Duplicate resource URN"))) return;
  if (!promised.green) fail(say, "the preview failed, and the command went well", ...promised.errors);
  const wrong: string[] = [];
  for (const name of new Set([...Object.keys(promised.operations), ...Object.keys(came.operations)])) {
    const [before, after] = [promised.operations[name] ?? "same", came.operations[name] ?? "same"];
    if (before === after || (after === "same" && promised.unknown.has(name))) continue;
    // Lifespans that name their client by its id depend on nothing: where they come first, the client that replaces it takes them along.
    if (before === "update" && after === "same" && program.some((one) => one.name === name && one.literal)) continue;
    // With what a replacement has left behind, it is deleted in two steps, which end in any order.
    const isLeft = ["delete", "replace"].includes(before) && !program.some((one) => one.name === name);
    if (isLeft && ["delete", "replace"].includes(after)) continue;
    wrong.push(`${name}: the preview says ${before}, and ${after} comes`);
  }
  for (const [name, outputs] of Object.entries(promised.outputs)) {
    const real = came.outputs[name];
    for (const [key, value] of Object.entries(outputs)) {
      if (!real || key.startsWith("__") || isHidden.test(JSON.stringify(value))) continue;
      // A preview shows the inputs of dynamic resources as they are.
      if (value === "" && dynamic) continue;
      if (!isDeepStrictEqual(value ?? null, real[key] ?? null))
        wrong.push(
          `${key} of ${name}: the preview says ${JSON.stringify(value)}, and ${JSON.stringify(real[key])} comes`,
        );
    }
  }
  if (wrong.length > 0) fail(say, ...wrong);
}

async function failed(world: World, stack: 0 | 1, result: Result, say: string, onward: boolean): Promise<void> {
  if (!onward) return settle(world, stack, result, say);
  const model = world.models[stack];
  readable(world, model, result, say);
  model.tried.push(model.program);
  for (const name of remadeIn(result)) model.remade.add(name);
  // Of a deletion in doubt, nothing but a refresh tells; a message that asks for one before anything else is heeded.
  if (!/`pulumi refresh` before the next/.test(result.errors.join())) return;
  world.commands++;
  const refreshed = await world.stacks[stack].run({ verb: "refresh", clear: model.killed }, model.program);
  if (refreshed.green) sawAll(model);
}

/** Looks at what a person is told. */
function readable(world: World, model: StackModel, { operations, errors }: Result, say: string): void {
  // Pulumi v3.259.0 records a resource twice that has a new name and is not the target of its command.
  if (errors.some((message) => message.includes("failed to verify snapshot: duplicate resource"))) throw new Over();
  world.log.push(`  red: ${JSON.stringify(operations)} ${errors.join(" | ").slice(0, 1_500)}`);
  model.messages += errors.join("\n");
  const crash = errors.find((message) => isCrash.test(message));
  if (crash) fail(say, `a message that is none: ${crash}`);
}

/** After a command that failed: what the message names is done, until all is well again. */
async function settle(world: World, stack: 0 | 1, failed: Result, say: string): Promise<void> {
  const model = world.models[stack];
  const remade = remadeIn(failed);
  model.tried.push(model.program);
  let result = failed;
  for (let left = 5; left > 0; left--) {
    readable(world, model, result, say);
    const advice = await follow(world, stack, result, 5 - left);
    if (advice) world.log.push(`  ${advice}`);
    world.commands++;
    result = await world.stacks[stack].run({ verb: "up" }, model.program);
    for (const name of remadeIn(result)) remade.add(name);
    if (!result.green) continue;
    world.log.push(`  green: ${JSON.stringify(result.operations)}`);
    return arrived(world, stack, { remade, doubt: true }, say);
  }
  fail(say, "no way back:", ...result.errors);
}

/** Does what a message asks for. */
async function follow(world: World, stack: 0 | 1, { errors, operations }: Result, before: number): Promise<string> {
  const model = world.models[stack];
  const text = errors.join("\n");
  const failed = Object.keys(operations).filter((name) => operations[name]?.endsWith("failed"));
  const done: string[] = [];
  const set = (which: (one: Declared) => boolean, options: (one: Declared) => Declared["options"]) => {
    model.program = model.program.map((one) =>
      which(one) ? { ...one, options: { ...one.options, ...options(one) } } : one,
    );
  };
  if (model.killed && (await world.stacks[stack].pending()) > 0) {
    world.commands++;
    await world.stacks[stack].run({ verb: "refresh", clear: true }, model.program);
    sawAll(model);
    done.push("pulumi refresh --clear-pending-creates");
  }
  if (/unprotect/.test(text)) {
    for (const { name } of await world.stacks[stack].recorded()) await world.stacks[stack].state("unprotect", name);
    set(
      () => true,
      () => ({}),
    );
    model.program = model.program.map((one) => {
      const { protect: _, ...options } = one.options;
      return { ...one, options };
    });
    done.push("unprotect");
  }
  // The message asks to import it or to delete it, where nothing else that it names is the reason.
  const cutOff = /\[exists-already\]|may have created/.test(text);
  const otherReasons = /aliases/.test(text) ? (model.unsure ? 1 : 2) : 0;
  const deleted = cutOff && before >= otherReasons && (await deleteNamed(world, text));
  if (deleted) done.push("it is deleted");
  else if (/aliases/.test(text)) {
    set(
      ({ name }) => failed.includes(name),
      ({ uid, name }) => ({ aliases: [...(world.names.get(uid) ?? [])].filter((each) => each !== name) }),
    );
    done.push("aliases");
  }
  if (!deleted && /deleteBeforeReplace: true/.test(text)) {
    set(
      ({ name }) => failed.includes(name),
      () => ({ deleteBeforeReplace: true }),
    );
    done.push("deleteBeforeReplace");
  }
  if (/give all of them a key with another kid|give the new key another kid/.test(text)) {
    // The key of these cannot be read. Of the one that failed, the program may name another issuer by now.
    const isAll = text.includes("give all of them");
    const isMeant = ({ name, type, args }: Declared) =>
      type === "TrustedJwtIssuer" && ((isAll && args.issuer === "slashed") || failed.includes(name));
    const key = model.program.some(({ args }) => args.key === "k3") ? "k4" : "k3";
    model.program = model.program.map((one) => (isMeant(one) ? { ...one, args: { ...one.args, key } } : one));
    set(isMeant, () => ({ deleteBeforeReplace: false }));
    done.push("another kid for all of them");
  }
  if (/pulumi refresh/.test(text)) {
    world.commands++;
    const refreshed = await world.stacks[stack].run({ verb: "refresh" }, model.program);
    if (refreshed.green) sawAll(model);
    done.push(`pulumi refresh${refreshed.green ? "" : `: ${refreshed.errors.join(" | ")}`}`);
  }
  return done.join(", ");
}

/** The messages name what has to go, each by its id. */
async function deleteNamed(world: World, text: string): Promise<boolean> {
  const named = (id: unknown) => text.includes(`"${String(id)}"`) || text.includes(`/issuers/${String(id)}`);
  const live = await lookAround(world);
  for (const server of ["a", "b"] as const) {
    const client = live[server].clients.find(({ client_id }) => named(client_id));
    const trust = live[server].trusts.find(({ id }) => named(id));
    if (client) await remove(world.servers[server], clientPath(String(client.client_id)));
    if (trust) await endTrust(world, server, trust);
    if (client ?? trust) return true;
  }
  return false;
}

/** Runs a command while one of its requests meets a fault. */
async function spoiled(world: World, stack: 0 | 1, command: Command, fault: Fault | undefined): Promise<Result> {
  const { proxies, stacks, models } = world;
  const { program } = models[stack];
  world.commands++;
  if (!fault) return stacks[stack].run(command, program);
  let hit = () => {};
  const moment = new Promise<void>((resolve) => {
    hit = resolve;
  });
  const isKill = fault.kind.startsWith("kill");
  const interruption: Interruption | undefined =
    isKill || fault.kind === "Ctrl-C" ? { what: fault.kind as Interruption["what"], moment } : undefined;
  let left = fault.at;
  let over = false;
  const choose = ({ method }: { method: string }): Spoiling | undefined => {
    const away: Spoiling = { forward: "nothing", answer: "reset" };
    if (over) return isKill || fault.kind === "lost, then away" ? away : refusal(fault, method);
    if (fault.of === "writes" && method === "GET") return undefined;
    if (left-- > 0) return undefined;
    over = true;
    models[stack].unsure ||= isKill || ["lost, then away", "Ctrl-C"].includes(fault.kind);
    world.log.push(`  the fault is met by a ${method}`);
    if (isKill) {
      models[stack].killed = true;
      world.killed = true;
      hit();
      return { forward: fault.done ? "all" : "nothing", answer: "reset" };
    }
    if (fault.kind === "Ctrl-C") hit();
    if (fault.kind.startsWith("lost")) return { forward: "all", answer: "reset" };
    if (fault.kind === "repeated") return { forward: "twice" };
    return refusal(fault, method);
  };
  for (const proxy of [proxies.a, proxies.b]) proxy.spoil(choose);
  try {
    return await stacks[stack].run(command, program, interruption);
  } finally {
    for (const proxy of [proxies.a, proxies.b]) proxy.spoil(undefined);
  }
}

function refusal({ kind, of }: Fault, method: string): Spoiling | undefined {
  if (of === "writes" && method === "GET") return undefined;
  const status = Number(kind);
  if (Number.isNaN(status)) return undefined;
  const body =
    status === 403 ? '{"error":"forbidden","error_description":"no"}' : '{"error":"error","error_description":""}';
  return { forward: "nothing", answer: { status, headers: { "content-type": "application/json" }, body } };
}
