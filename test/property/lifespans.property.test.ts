// Random stories of ClientLifespans on a real server, on clients that nobody else manages.

import * as fc from "fast-check";
import { describe, it } from "vitest";
import { inWords } from "../../provider/explained.ts";
import { OperationError } from "../../provider/host/operation-error.ts";
import { snakeCase } from "../../provider/hydra/naming.ts";
import { clientLifespans } from "../../provider/resources/client-lifespans/definition.ts";
import { agree } from "./agree.ts";
import {
  connections,
  create,
  destroy,
  expectImportable,
  expectNothing,
  expectSettled,
  preview,
  refresh,
  up,
} from "./engine.ts";
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
import { change, clientPath, type Json, probe, rawDelete, rawGet, rawPost, secretWorks } from "./server.ts";

interface Story extends Plan {
  /** What the client has beside its lifespans. */
  readonly client: Json;
}

const secret = "a secret of its own";

const clients: fc.Arbitrary<Json> = fc.record(
  {
    client_name: field.texts,
    metadata: fc.dictionary(field.texts, fc.jsonValue(), { noNullPrototype: true }),
    // v2.3.0 changes the lifespans of such a client by another way.
    jwks_uri: fc.constant("https://a.example/jwks"),
    redirect_uris: fc.constant(["https://a.example/cb"]),
    skip_consent: fc.constant(true),
  },
  { requiredKeys: [], noNullPrototype: true },
);

async function tell(lifespans: Fields, fields: Fields, untold: Story, tally: Tally): Promise<void> {
  const names = Object.keys(lifespans);
  const none = meaningsIn(lifespans, {});
  const story = told(untold, "clientId", field.own, uniqueName);
  const live = meaningsOf(fields, story.program);
  const id = String(live.clientId);
  const others = await rawPost("/admin/clients", { ...story.client, client_id: id, client_secret: secret }).then(() =>
    wireOf(id),
  );
  const expectLive = async (of: string, meanings: Meanings, rest: Json) => {
    const wire = await wireOf(of);
    agree(meaningsIn(lifespans, wire, snakeCase), picked(meanings, names), "the lifespans that the server has");
    agree(otherThan(wire, names), otherThan(rest, names), "all but the lifespans");
  };
  const program = written(fields, live, firstWay(story));
  let held = await create(clientLifespans, program);
  agree(held.id, id, "id");
  await expectLive(id, live, others);
  await expectSettled(clientLifespans, program, held);
  await expectImportable(clientLifespans, program, id);
  expectNothing(preview(clientLifespans, written(fields, live, otherWay(story)), held), "for the same in other words");

  const next = edited(fields, live, story.edits);
  const changed = differing(fields, live, next);
  const replaces = changed.filter((name) => name === "clientId");
  tally.edited += changed.length;
  tally.replaced += replaces.length;
  const nextId = String(next.clientId);
  const nextOthers =
    replaces.length === 0
      ? others
      : await rawPost("/admin/clients", { client_id: nextId, client_secret: secret }).then(() => wireOf(nextId));
  const nextProgram = written(fields, next, editedWay(story));
  const diff = preview(clientLifespans, nextProgram, held);
  agree({ changed: diff.changed, replaces: diff.replaces }, { changed, replaces }, "diff of the edit");
  if (replaces.length > 0) agree(diff.deleteBeforeReplace, false, "deleteBeforeReplace");
  held = await up(clientLifespans, nextProgram, held);
  agree(held.id, nextId, "id");
  await expectLive(nextId, next, nextOthers);
  await expectSettled(clientLifespans, nextProgram, held);
  if (replaces.length > 0) {
    await expectLive(id, none, others);
    await rawDelete(clientPath(id));
  }

  const drifted = edited(fields, next, story.drifts);
  const moved = differing(fields, next, drifted);
  tally.drifted += moved.length;
  const members = moved.map((name) => [snakeCase(name), fields[name]!.spell(drifted[name])[0]]);
  await change(nextId, Object.fromEntries(members));
  const found = await refresh(clientLifespans, held);
  agree(found && meaningsIn(fields, found.state), drifted, "what read shows of the drift");
  agree(preview(clientLifespans, nextProgram, found!).changed, moved, "diff of the drift");
  held = await up(clientLifespans, nextProgram, found!);
  await expectLive(nextId, next, nextOthers);
  await expectSettled(clientLifespans, nextProgram, held);

  await destroy(clientLifespans, held);
  await expectLive(nextId, none, nextOthers);
  agree(await secretWorks(nextId, secret, "client_secret_basic"), true, "the client's secret works");
  const left = await refresh(clientLifespans, held);
  agree(
    left && meaningsIn(fields, left.state),
    {
      ...meaningsIn(fields, {}),
      ...picked(next, ["clientId", "connection"]),
    },
    "what read shows after delete",
  );
  await destroy(clientLifespans, held);
  await rawDelete(clientPath(nextId));
  agree(await refresh(clientLifespans, held), undefined, "read without the client");
  await destroy(clientLifespans, held);
}

function wireOf(id: string): Promise<Json> {
  return rawGet(clientPath(id));
}

function otherThan(wire: Json, names: readonly string[]): Json {
  return without(wire, [...names.map(snakeCase), "updated_at"]);
}

describe("ClientLifespans, at random", async () => {
  const abilities = await probe();
  const lifespans = lifespansOn(abilities);
  const fields: Fields = {
    clientId: field.required(field.clientId(abilities.slashes)),
    ...lifespans,
    connection: field.connection(connections),
  };
  const { kept, missing } = namesOf(lifespans);
  const stories = fc.tuple(plans(fields, kept), clients).map(([plan, client]) => ({ ...plan, client }));

  property(clientLifespans, fields, 4 / 21, stories, (story, tally) => tell(lifespans, fields, story, tally));

  it.for(missing)("keeps the lifespans in state when the server ignores %s", async (name) => {
    const clientId = uniqueName();
    await rawPost("/admin/clients", { client_id: clientId });
    const program = { clientId, implicitGrantIdTokenLifespan: "1h" };
    const failure = await create(clientLifespans, { ...program, [name]: "1h" }).catch((error: unknown) => error);
    if (!(failure instanceof OperationError) || !failure.unfinished) throw failure;
    const { live, reasons } = failure.unfinished;
    agree(
      reasons.map(inWords),
      [`${name}: the server accepted it but did not keep it; it needs Hydra v25.4.0 or later [not-kept]`],
      "reasons",
    );
    agree(live, { id: clientId, state: program }, "what is kept");
    await expectSettled(clientLifespans, program, { ...live, inputs: program });
    await rawDelete(clientPath(clientId));
  });
});
