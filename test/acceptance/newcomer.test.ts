// Knows the README's first program as a newcomer runs it: each command as it stands, from an empty folder, on a Hydra of one's own.
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { run, startChild, tail } from "../../tools/child.mts";
import { part } from "../../tools/part.mts";
import { freePorts } from "../../tools/port.mts";
import { makeRelease } from "../../tools/release/release.mts";
import { blocksIn } from "../support/markdown.ts";

const shell = (heading: string) =>
  blocksIn("README.md").filter((block) => block.heading === heading && block.language === "sh");

describe("the first program of README.md", () => {
  it("is a client that gets a token, by the commands as they stand", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-newcomer-"));
    const programs = join(folder, "bin");
    await mkdir(programs);
    // Whatever it is called where it stands.
    await symlink(await part("hydra"), join(programs, "hydra"));
    const { names: release } = await makeRelease(join(folder, "release"), { sdks: false });
    const tarball = join(folder, "release", release.find((name) => name.endsWith(".tgz")) ?? "");
    const [publicPort, adminPort] = await freePorts();
    // A registry does not have this build, and the ports may be taken here: nothing else is another's.
    const asHere = (text: string) =>
      text
        .replaceAll(":4444", `:${publicPort}`)
        .replaceAll(":4445", `:${adminPort}`)
        .replace(/^(npm install .*)\bpulumi-hydra\b/m, `$1${tarball}`);
    // How a machine reaches its registry stands in its environment; what is set for other tests would not be a newcomer's.
    const own = Object.entries(process.env).filter(([name]) => !/^(PULUMI|HYDRA|DSN)/.test(name));
    const env = {
      ...Object.fromEntries(own),
      PATH: `${programs}:${inject("installation").path}`,
      HOME: join(folder, "home"),
      npm_config_cache: process.env.npm_config_cache ?? join(homedir(), ".npm"),
      npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), ".npmrc"),
      // Pulumi takes the home of the user whoever says otherwise.
      PULUMI_HOME: join(folder, "home/.pulumi"),
      PULUMI_SKIP_UPDATE_CHECK: "1",
    };
    try {
      const [server, docker, ...steps] = shell("A first program").map(({ text }) => asHere(text));
      expect([server, docker]).toEqual([expect.stringMatching(/^hydra serve/m), expect.stringMatching(/^docker run/)]);
      const ports = { SERVE_PUBLIC_PORT: String(publicPort), SERVE_ADMIN_PORT: String(adminPort) };
      await using hydra = startChild("bash", ["-euc", server ?? ""], {
        cwd: folder,
        env: { ...env, ...ports },
      });
      await ready(`http://127.0.0.1:${adminPort}/health/ready`, () => tail(hydra.log()));

      const script = steps.map((step, index) => `${step}\nprintf "\\ndone: ${index}\\n"\n`).join("");
      const { code, stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", script], {
        cwd: folder,
        env,
        timeoutMs: 400_000,
      });
      expect([code, tail(stdout + stderr)]).toEqual([0, expect.stringContaining(`done: ${steps.length - 1}`)]);
      const [, , token = ""] = stdout.split(/^done: \d+\n/m);
      expect(JSON.parse(token)).toMatchObject({ scope: "orders.read", token_type: "bearer", expires_in: 3599 });
      const left = await fetch(`http://127.0.0.1:${adminPort}/admin/clients`);
      expect(await left.json()).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function ready(url: string, log: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`Hydra was not ready:\n${log()}`);
    await sleep(100);
  }
}
