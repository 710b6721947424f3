// Courses: a user's turns one after the other, each followed by a look at the server that knows no code of ours.
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Hydra, startHydra } from "../../tools/hydra.mts";
import { part } from "../../tools/part.mts";
import { cliStack } from "./cli-driver.ts";
import { type Course, courseOf } from "./course.ts";
import { type EngineProcess, engineStack, startEngineProcess } from "./engine-driver.ts";
import { runCourse } from "./run.ts";
import type { Told } from "./tell.ts";
import { written } from "./written.ts";

const count = Number(process.env.COURSE_RUNS ?? 8);
const seed = Number(process.env.COURSE_SEED ?? 1);

let a: Hydra;
let b: Hydra;
let engine: EngineProcess;

beforeAll(async () => {
  [a, b, engine] = await Promise.all([startHydra(), startHydra(), part("drive-engine").then(startEngineProcess)]);
}, 600_000);

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await Promise.all([a.stop(), b.stop()]);
});

const onEngine = (course: Course, spoil: "" | "diff" | "delete" = ""): Promise<Told> =>
  runCourse(course, { a, b }, async (spellings) => engineStack(engine, spellings, spoil));

const onCli = (course: Course): Promise<Told> =>
  runCourse(course, { a, b }, (spellings) => cliStack(inject("installation"), spellings));

/** What became of each command, without what differs from run to run. */
const outcomes = ({ log }: Told) =>
  log.filter((line) => /^ {2}(\{|green|red)/.test(line)).map((line) => operationsIn(line));

function operationsIn(line: string): string {
  const [, mark = "", operations = "{}"] = /^ {2}(\w*:? ?)(\{.*?\})/.exec(line) ?? [];
  return `${mark}${JSON.stringify(Object.entries(JSON.parse(operations)).sort())}`;
}

describe("courses", () => {
  it.each(["plugin", "dynamic"] as const)(
    `${count} of seed ${seed} leave the servers as the program says, on the %s host`,
    { timeout: 1_800_000 },
    async (host) => {
      const failed: string[] = [];
      for (let index = 0; index < count; index++) {
        const { wrong, log } = await onEngine(courseOf(seed + index, host));
        if (wrong.length > 0)
          failed.push([`npm run courses -- 1 ${seed + index} engine ${host}`, ...log, ...wrong].join("\n"));
      }
      expect(failed.join("\n\n")).toBe("");
    },
  );

  // The driver that tells all the others is trusted as far as it does what the CLI does.
  it.each(Object.entries(written))(
    "%s: the same through the CLI",
    { timeout: 600_000 },
    async (_, { course, hosts }) => {
      for (const host of hosts) {
        const [there, here] = [await onCli({ ...course, host }), await onEngine({ ...course, host })];
        expect([there.wrong, here.wrong]).toStrictEqual([[], []]);
        expect(outcomes(here)).toStrictEqual(outcomes(there));
      }
    },
  );

  it.each(Object.entries(written).filter(([, { spoil }]) => spoil))(
    "%s: a provider that fails at it is found",
    async (_, { course, spoil }) => {
      expect((await onEngine(course)).wrong).toStrictEqual([]);
      expect((await onEngine(course, spoil)).wrong).not.toStrictEqual([]);
    },
  );
});
