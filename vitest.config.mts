// Knows the kinds of tests: what each needs before it starts and how long it may take.
import { statSync } from "node:fs";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { hasPostgres } from "./tools/postgres.mts";

const hydra = "test/support/setup-hydra.ts";
const onItsOwn = "test/support/setup-postgres.ts";
const installation = "test/support/setup-installation.ts";
const languages = "test/support/setup-languages.ts";

const postgres = hasPostgres() && !process.env.HYDRA_ADMIN_URL;
const without = "test/support/no-postgres.test.ts";
/** What differs between databases, and the property tests do not see: what a deletion takes along, times. */
const onPostgres = ["trusted-jwt-issuer", "shared-key"];
/** The tests of these examples run on their ports to other languages, too. */
const ported = "test/example/{single-page-app,web-app,machine-to-machine,trust-key-set}.test.ts";

type Test = NonNullable<TestProjectInlineConfiguration["test"]>;

/** A kind of tests, below the folder of its name unless it says otherwise. `seconds` is how long one of them may take. */
function kind(name: string, globalSetup: string[] = [], seconds = 5, more: Test = {}): Test {
  const limit = seconds * 1_000;
  return {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup,
    testTimeout: limit,
    hookTimeout: Math.max(limit, 30_000),
    // One more than cores: some tests wait most of the time.
    maxWorkers: 3,
    ...more,
  };
}

/** Each test runs the Pulumi CLI, which keeps a core busy by itself. */
const packed = (name: string, include = [`test/${name}/**/*.test.ts`], server = hydra, ...setups: string[]) =>
  kind(name, [server, installation, ...setups], 420, { include });

const property = (name: string, server: string, runs: string | undefined) =>
  kind(name, [server], 600, {
    include: ["test/property/**/*.test.ts"],
    env: runs === undefined ? {} : { PROPERTY_RUNS: runs },
  });

/** In the order in which they run, the quick ones first. Kinds of one group run at the same time: no core waits for the last test of a kind. */
const groups: readonly (readonly Test[])[] = [
  [kind("unit"), kind("fuzz")],
  [
    kind("lifecycle", [hydra], 60),
    property("property", hydra, process.env.PROPERTY_RUNS ?? (postgres ? "810" : undefined)),
    postgres
      ? property("postgres", onItsOwn, process.env.PROPERTY_RUNS ?? "240")
      : kind("postgres", [], 5, { include: [without] }),
    kind("fault", [hydra, installation], 1_200),
    kind("course", [installation], 600),
    packed("acceptance"),
    postgres
      ? packed(
          "acceptance-postgres",
          onPostgres.map((name) => `test/acceptance/${name}.test.ts`),
          onItsOwn,
        )
      : kind("acceptance-postgres", [], 5, { include: [without] }),
    packed("example"),
    packed("language", ["test/language/**/*.test.ts", ported], hydra, languages),
    kind("release", [hydra, installation, "test/support/setup-release.ts"], 600),
  ],
  // These wait for time limits of a second.
  [packed("transport")],
];

/** Kinds that wait or take long first, so that others compute beside them; then the largest file, so that no long one comes last. */
const first = ["course", "fault", "property", "postgres"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const weight = ({ moduleId, project }: TestSpecification) =>
      statSync(moduleId).size + (first.includes(project.name) ? 1_000_000 : 0);
    return files.toSorted((left, right) => weight(right) - weight(left));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: groups.flatMap((tests, group) =>
      tests.map((test) => ({ test: { ...test, sequence: { groupOrder: group + 1 } } })),
    ),
  },
});
