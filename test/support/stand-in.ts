// Knows how a test replaces providers whose servers it does not have, such as Kubernetes: their npm packages are real, their plugins are not.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { unpackedFromNpm } from "../../tools/from-npm.mts";

/** What a provider was asked to do. */
export interface Delivery {
  readonly operation: "create" | "update" | "delete";
  readonly type: string;
  readonly name: string;
  /** The inputs as the provider gets them, secrets in clear. */
  readonly inputs: Record<string, unknown>;
}

export interface StandIns extends AsyncDisposable {
  /** For Pulumi.yaml: where the plugins are. */
  readonly settings: string;
  /** Puts the npm packages beside a program. */
  install(program: string): Promise<void>;
  /** What the providers were asked to do so far. */
  deliveries(): Promise<Delivery[]>;
}

const script = resolve("test/support/stand-in-provider.mts");

/**
 * Plugins that keep what they get, for npm packages by their name and version.
 *
 * @example
 * await using others = await standIns({ "@pulumi/kubernetes": "4.34.2" });
 */
export async function standIns(packages: Readonly<Record<string, string>>): Promise<StandIns> {
  const modules = await unpackedFromNpm(...Object.entries(packages).map(([name, version]) => `${name}@${version}`));
  const folder = await mkdtemp(join(tmpdir(), "stand-ins-"));
  const file = join(folder, "deliveries");
  await writeFile(file, "");
  const providers: string[] = [];
  for (const [name, version] of Object.entries(packages)) {
    const provider = name.replace(/^.*\//, "");
    providers.push(`    - name: ${provider}`, `      path: ${folder}`);
    const launcher = `#!/bin/sh\nexec node "${script}" "${file}" ${version}\n`;
    await writeFile(join(folder, `pulumi-resource-${provider}`), launcher, { mode: 0o755 });
  }
  return {
    settings: `plugins:\n  providers:\n${providers.join("\n")}\n`,
    install: (program) => cp(modules, join(program, "node_modules"), { recursive: true }),
    deliveries: async () =>
      (await readFile(file, "utf8"))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Delivery),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
