// Random stories of TrustedJwtIssuer on a real server.

import * as fc from "fast-check";
import { describe } from "vitest";
import { snakeCase } from "../../provider/hydra/naming.ts";
import { trustedJwtIssuer } from "../../provider/resources/trusted-jwt-issuer/definition.ts";
import { agree } from "./agree.ts";
import {
  connections,
  create,
  destroy,
  expectImportable,
  expectNothing,
  expectSettled,
  type Held,
  preview,
  refresh,
  up,
} from "./engine.ts";
import * as field from "./field.ts";
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
import {
  type Abilities,
  expectGone,
  keyPath,
  probe,
  rawDelete,
  rawGet,
  rawPost,
  trustPath,
  trustsPath,
} from "./server.ts";

const fields: Fields = {
  // What holds a slash can be read as well; only the key under it cannot, on some servers.
  issuer: field.name,
  subject: field.text,
  allowAnySubject: field.flag,
  scope: field.scopes,
  jwk: field.jwk(field.kids),
  expiresAt: field.timestamp,
  connection: field.connection(connections),
};

const stories: fc.Arbitrary<Plan & Drift> = fc
  .tuple(plans(fields, ["scope", "expiresAt"]), fc.constantFrom<Drift["drift"]>("renewed", "other key", "gone"))
  .map(([plan, drift]) => ({ ...plan, drift }));

/** Others cannot change a trust either: they can delete it, and make it anew, with another key as well. */
interface Drift {
  readonly drift: "renewed" | "other key" | "gone";
}

/** One subject, or any. */
function accepted(meanings: Meanings): Meanings {
  if (meanings.allowAnySubject === true) return { ...meanings, subject: undefined };
  return { ...meanings, subject: meanings.subject ?? "somebody" };
}

function kidOf({ jwk }: Meanings): string {
  return String((jwk as Meanings).kid);
}

/** Whether this server can show the key under these names. */
function isReadable({ slashes }: Abilities, issuer: string, kid: string): boolean {
  return (slashes || !`${issuer}${kid}`.includes("/")) && ![".", ".."].includes(kid) && !kid.endsWith("/");
}

async function tell(abilities: Abilities, untold: Plan & Drift, tally: Tally): Promise<void> {
  const story = told(untold, "issuer", field.own, uniqueName);
  const readable = (meanings: Meanings) => isReadable(abilities, String(meanings.issuer), kidOf(meanings));
  const expectLive = async ({ id }: Held, meanings: Meanings) => {
    const wire = await rawGet(trustPath(id));
    const shown = without(fields, ["jwk", "connection"]);
    agree(meaningsIn(shown, wire, snakeCase), picked(meanings, Object.keys(shown)), "what the server has");
    agree(wire.public_key, { set: meanings.issuer, kid: kidOf(meanings) }, "public_key");
    if (!readable(meanings)) return;
    const { keys } = await rawGet(keyPath(String(meanings.issuer), kidOf(meanings)));
    agree((keys as unknown[]).map(fields.jwk!.mean), [meanings.jwk], "the key that the server has");
  };

  const live = accepted(meaningsOf(fields, story.program));
  const program = written(fields, live, firstWay(story));
  let held = await create(trustedJwtIssuer, program);
  await expectLive(held, live);
  await expectSettled(trustedJwtIssuer, program, held);
  if (readable(live)) await expectImportable(trustedJwtIssuer, program, held.id);
  expectNothing(preview(trustedJwtIssuer, written(fields, live, otherWay(story)), held), "for the same in other words");

  const next = accepted(edited(fields, live, story.edits));
  const changed = differing(fields, live, next);
  const replaces = changed.filter((name) => name !== "connection");
  tally.edited += changed.length;
  tally.replaced += replaces.length > 0 ? 1 : 0;
  const nextProgram = written(fields, next, editedWay(story));
  const diff = preview(trustedJwtIssuer, nextProgram, held);
  agree({ changed: diff.changed, replaces: diff.replaces }, { changed, replaces }, "diff of the edit");
  // Deleting the old one takes away the key that both use.
  if (replaces.length > 0)
    agree(diff.deleteBeforeReplace, live.issuer === next.issuer && kidOf(live) === kidOf(next), "deleteBeforeReplace");
  const before = held;
  held = await up(trustedJwtIssuer, nextProgram, held);
  if (replaces.length > 0) await expectGone(trustPath(before.id));
  else agree(held.id, before.id, "id");
  await expectLive(held, next);
  await expectSettled(trustedJwtIssuer, nextProgram, held);

  held = await drift(story, readable(next), held, nextProgram, next, tally);
  await expectLive(held, next);
  await expectSettled(trustedJwtIssuer, nextProgram, held);

  await destroy(trustedJwtIssuer, held, 2);
  await expectGone(trustPath(held.id));
  agree(await refresh(trustedJwtIssuer, held), undefined, "read after delete");
}

/** Changes the trust behind the provider's back, has it found and put right. */
async function drift(
  { drift, drifts }: Plan & Drift,
  readable: boolean,
  held: Held,
  program: Meanings,
  live: Meanings,
  tally: Tally,
): Promise<Held> {
  if (drift === "gone") {
    await rawDelete(trustPath(held.id));
    agree(await refresh(trustedJwtIssuer, held), undefined, "read of what others deleted");
    tally.drifted++;
    return create(trustedJwtIssuer, program);
  }
  // Where nobody can read the key, nobody can see that it is another one.
  const otherKey = drift === "other key" && readable;
  const drifted = otherKey ? { ...live, jwk: fields.jwk!.near(live.jwk)[0] } : edited(fields, live, drifts);
  await rawDelete(trustPath(held.id));
  const plain = written(without(fields, ["connection"]), drifted, () => 0);
  await rawPost(trustsPath, Object.fromEntries(Object.entries(plain).map(([name, value]) => [snakeCase(name), value])));
  const moved = differing(fields, live, drifted);
  tally.drifted += moved.length;
  const found = await refresh(trustedJwtIssuer, held);
  agree(found && meaningsIn(fields, found.state), drifted, "what read shows of the drift");
  const { changed, replaces, deleteBeforeReplace } = preview(trustedJwtIssuer, program, found!);
  agree({ changed, replaces }, { changed: moved, replaces: moved }, "diff of the drift");
  const sameKey = found!.state.issuer === program.issuer && kidOf(found!.state) === kidOf(program);
  agree(deleteBeforeReplace, sameKey, "deleteBeforeReplace");
  return up(trustedJwtIssuer, program, found!);
}

describe("TrustedJwtIssuer, at random", async () => {
  const abilities = await probe();
  property(trustedJwtIssuer, fields, 1 / 7, stories, (story, tally) => tell(abilities, story, tally));
});
