// Random stories of OAuth2Client on a real server.

import * as fc from "fast-check";
import { describe, it } from "vitest";
import { inWords } from "../../provider/explained.ts";
import { OperationError } from "../../provider/host/operation-error.ts";
import { snakeCase } from "../../provider/hydra/naming.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { agree } from "./agree.ts";
import { accepted, fieldsOn } from "./client-field.ts";
import { create, destroy, expectImportable, expectNothing, expectSettled, preview, refresh, up } from "./engine.ts";
import * as field from "./field.ts";
import { lifespansOn, namesOf } from "./lifespan.ts";
import {
  differing,
  edited,
  editedWay,
  type Fields,
  firstWay,
  type Meanings,
  meaningsIn,
  meaningsOf,
  otherWay,
  type Plan,
  picked,
  plans,
  told,
  without,
  written,
} from "./plan.ts";
import { property, type Tally, uniqueName } from "./run.ts";
import { type Abilities, change, clientPath, expectGone, type Json, probe, rawGet, secretWorks } from "./server.ts";

interface Story extends Plan {
  /** Lifespans that somebody else owns, where the program names none. */
  readonly foreign: Meanings;
}

/** What a rotation says where it ends a secret that the program asks to keep. */
const secretEnded = /has stopped working.*\[secret-ended\]$/s;

/** Not on the server, or not to be changed there. */
const local = ["clientSecret", "secretRotation", "recreateTrigger", "keepRegistrationToken", "connection"];

function storiesOn(fields: Fields, lifespanNames: readonly string[]): fc.Arbitrary<Story> {
  const drifting = Object.keys(without(fields, ["clientId", ...local]));
  const foreign: fc.Arbitrary<Meanings> = fc.record(
    Object.fromEntries(lifespanNames.map((name) => [name, field.lifespanValues])),
    { requiredKeys: [], noNullPrototype: true },
  );
  return fc.tuple(plans(fields, drifting), foreign).map(([plan, foreign]) => ({ ...plan, foreign }));
}

async function tell(
  fields: Fields,
  lifespanNames: readonly string[],
  { keepsSecrets }: Abilities,
  untold: Story,
  tally: Tally,
): Promise<void> {
  const story = told(untold, "clientId", field.own, uniqueName);
  const meant = accepted(meaningsOf(fields, story.program));
  const program = written(fields, meant, firstWay(story));
  let held = await create(oauth2Client, program);
  if (meant.clientId !== undefined) agree(held.id, meant.clientId, "id");
  let live: Meanings = { ...meant, clientId: held.id, clientSecret: held.state.clientSecret };
  await expectLive(fields, held.id, live);
  await expectSettled(oauth2Client, program, held);
  await expectImportable(oauth2Client, program, held.id);

  const respelled = written(fields, meant, otherWay(story));
  expectNothing(preview(oauth2Client, respelled, held), "for the same in other words");
  // A secret of the program's own excludes a rotation.
  const chosen = meant.secretRotation === undefined ? ["clientId", "clientSecret"] : ["clientId"];
  const explicit = { ...respelled, ...picked(held.state, chosen) };
  expectNothing(preview(oauth2Client, explicit, held), "for what was chosen for the program, named");

  let foreign: Meanings = picked(
    story.foreign,
    lifespanNames.filter((name) => live[name] === undefined),
  );
  await change(held.id, onWire(fields, foreign, Object.keys(foreign)));
  await expectSettled(oauth2Client, program, held);

  const asked = accepted(edited(fields, meant, story.edits));
  const next: Meanings = {
    ...asked,
    clientId: asked.clientId ?? live.clientId,
    clientSecret: asked.clientSecret ?? live.clientSecret,
  };
  const changed = differing(fields, live, next);
  const replaces = changed.filter((name) => name === "clientId");
  tally.edited += changed.length;
  tally.replaced += replaces.length;
  const nextProgram = written(fields, asked, editedWay(story));
  const diff = preview(oauth2Client, nextProgram, held);
  agree({ changed: diff.changed, replaces: diff.replaces }, { changed, replaces }, "diff of the edit");
  if (replaces.length > 0) agree(diff.deleteBeforeReplace, false, "deleteBeforeReplace");
  const before = { held, live, wire: await rawGet(clientPath(held.id)) };
  const rotated =
    triggerOf(next) !== undefined &&
    triggerOf(next) !== triggerOf(live) &&
    next.tokenEndpointAuthMethod !== "none" &&
    replaces.length === 0;
  const isKept = (keepsSecrets && methodOf(next) !== undefined) || live.clientSecret === undefined;
  const asksForPrevious = (next.secretRotation as Meanings | undefined)?.previousSecrets === "keep";
  held = await up(oauth2Client, nextProgram, held, rotated && asksForPrevious && !isKept ? secretEnded : undefined);
  live = { ...next, clientId: held.id, clientSecret: held.state.clientSecret };
  if (replaces.length > 0) {
    agree(held.id, next.clientId, "id");
    await expectGone(clientPath(before.held.id));
    foreign = {};
  } else {
    foreign = without(foreign, changed);
    const untouched = (wire: Json) => without(wire, [...changed.map(snakeCase), "updated_at"]);
    agree(untouched(await rawGet(clientPath(held.id))), untouched(before.wire), "fields that were not edited");
    const [old, method] = [before.live.clientSecret, methodOf(live)];
    if (rotated) agree(live.clientSecret === old, false, "the secret stays after a rotation");
    if (live.clientSecret !== old && old !== undefined && method) {
      const kept = rotated && keepsSecrets && (live.secretRotation as Meanings).previousSecrets !== "drop";
      agree(await secretWorks(held.id, String(old), method), kept, "the old secret works");
    }
  }
  await expectLive(fields, held.id, { ...live, ...foreign });
  await expectSettled(oauth2Client, nextProgram, held);

  const drifts = story.drifts.filter(({ name }) => !lifespanNames.includes(name) || live[name] !== undefined);
  // What is recorded alone does not drift, whatever a program could say beside the rest.
  const recorded = { clientSecret: live.clientSecret, secretRotation: live.secretRotation };
  const drifted = { ...accepted({ ...edited(fields, live, drifts), clientSecret: undefined }), ...recorded };
  const moved = differing(fields, live, drifted);
  tally.drifted += moved.length;
  await change(held.id, onWire(fields, drifted, moved));
  const found = await refresh(oauth2Client, held);
  agree(found && meaningsIn(fields, found.state), drifted, "what read shows of the drift");
  agree(preview(oauth2Client, nextProgram, found!).changed, moved, "diff of the drift");
  held = await up(oauth2Client, nextProgram, found!);
  await expectLive(fields, held.id, { ...live, ...foreign });
  await expectSettled(oauth2Client, nextProgram, held);

  // Hydra takes its time over a secret: it is asked once, after all that could have changed it.
  const method = methodOf(live);
  if (method)
    agree(await secretWorks(held.id, String(held.state.clientSecret), method), true, "the secret in the state works");

  await destroy(oauth2Client, held);
  await expectGone(clientPath(held.id));
  agree(await refresh(oauth2Client, held), undefined, "read after delete");
  await destroy(oauth2Client, held);
}

/** The live client is as meant. */
async function expectLive(fields: Fields, id: string, meanings: Meanings): Promise<void> {
  const shown = without(fields, local);
  const wire = meaningsIn(shown, await rawGet(clientPath(id)), snakeCase);
  agree(wire, picked(meanings, Object.keys(shown)), "what the server has");
}

function triggerOf({ secretRotation }: Meanings): unknown {
  return (secretRotation as Meanings | undefined)?.trigger;
}

/** How the client's secret travels, where it has one. */
function methodOf({ tokenEndpointAuthMethod: method }: Meanings): string | undefined {
  if (method === undefined) return "client_secret_basic";
  return method === "client_secret_post" ? method : undefined;
}

/** Members for Hydra; those without a value are left out, which asks for the default. */
function onWire(fields: Fields, meanings: Meanings, names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [snakeCase(name), fields[name]!.spell(meanings[name])[0]]));
}

describe("OAuth2Client, at random", async () => {
  const abilities = await probe();
  const lifespans = lifespansOn(abilities);
  const fields = fieldsOn(abilities, lifespans);
  const { kept, missing } = namesOf(lifespans);

  property(oauth2Client, fields, 2 / 3, storiesOn(fields, kept), (story, tally) =>
    tell(fields, kept, abilities, story, tally),
  );

  it.for(missing)("keeps the client in state when the server ignores %s", async (name) => {
    const program = { owner: "somebody", connection: "one" };
    const failure = await create(oauth2Client, { ...program, [name]: "1h" }).catch((error: unknown) => error);
    if (!(failure instanceof OperationError) || !failure.unfinished) throw failure;
    const { live, reasons } = failure.unfinished;
    agree(
      reasons.map(inWords),
      [`${name}: the server accepted it but did not keep it; it needs Hydra v25.4.0 or later [not-kept]`],
      "reasons",
    );
    const held = { ...live, inputs: program };
    agree(picked(held.state, ["clientId", "owner", name]), { clientId: held.id, owner: "somebody" }, "what is kept");
    const whole = await create(oauth2Client, program);
    agree(held.state.__server, whole.state.__server, "the fingerprint of the server's address");
    await destroy(oauth2Client, whole);
    await expectSettled(oauth2Client, held.inputs, held);
    await destroy(oauth2Client, held);
  });
});
