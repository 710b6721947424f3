// Knows docs/drift-watch.md: runs the very commands of the page, on both hosts, with and without drift.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import type { Workspace } from "../../tools/workspace.mts";
import { admin, hydra } from "../support/hydra.ts";
import { blocksIn } from "../support/markdown.ts";
import { pluginProgram, program } from "../support/program.ts";
import { workspace } from "../support/workspace.ts";
import { readYaml } from "../support/yaml.ts";

const page = blocksIn("docs/drift-watch.md");
const blockUnder = (heading: string) => page.find((block) => block.heading === heading)?.text ?? "";

const script = blockUnder("Drift watch");
const watch = "sh drift-watch.sh production";
const crontab = /^(?:\S+ ){5} cd \S+ && (.*)$/m.exec(blockUnder("cron"))?.[1] ?? "";

const second = blockUnder("What nobody manages").trim();

const secret = "a-secret-that-nobody-sees";
const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");

describe("the page", () => {
  it("runs one script in every CI system", () => {
    const steps = z.object({ jobs: z.object({ watch: z.object({ steps: z.array(z.looseObject({})) }) }) });
    const [github] = readYaml(blockUnder("GitHub Actions")).map((one) => steps.parse(one).jobs.watch.steps);
    expect(github?.map(({ run }) => run)).toEqual(expect.arrayContaining([watch, second]));
    const job = z.object({ "drift-watch": z.looseObject({ script: z.array(z.string()) }) });
    const [gitlab] = readYaml(blockUnder("GitLab CI")).map((one) => job.parse(one)["drift-watch"].script);
    expect(gitlab).toEqual([watch, second]);
    for (const step of [watch, second]) expect(blockUnder("Jenkins")).toContain(`sh '${step}'\n`);
    expect(crontab).toContain(watch);
    expect(blockUnder("cron")).toContain(`report=$(${second} 2>&1)`);
  });

  it("puts the report into the summary of GitHub's run", async () => {
    const [, run = ""] = /if: failure\(\)\n +run: \|\n +(.*)\n/.exec(blockUnder("GitHub Actions")) ?? [];
    await using stack = await workspace({ files: { ...program(), "drift.txt": "what differs\n" } });
    const { code, stdout } = await stack.shell(`GITHUB_STEP_SUMMARY=summary; ${run}; cat summary`);
    expect([code, stdout]).toEqual([0, "```\nwhat differs\n```\n"]);
  });
});

for (const host of ["dynamic resources", "the plugin"] as const) {
  // One stack, whose days the tests follow in order.
  describe(`the watch over ${host}`, () => {
    const clientId = `watched-${host === "the plugin" ? "plugin" : "dynamic"}-${Date.now()}`;
    const declare = (name: string) =>
      (host === "the plugin" ? pluginProgram : program)(
        `new hydra.OAuth2Client("web", { clientId: "${clientId}", clientName: "${name}", clientSecret: "${secret}", redirectUris: ["https://web.example/callback"] });`,
      );
    let stack: Workspace;

    const run = async (commands: string) => {
      const { code, stdout, stderr } = await stack.shell(commands);
      expect(stdout + stderr).not.toContain(secret);
      return { code, stdout };
    };
    const state = async () => (await stack.shell("pulumi stack export --stack production")).stdout;

    beforeAll(async () => {
      stack = await workspace({
        files: { ...declare("Web"), "drift-watch.sh": script },
        path: host === "the plugin" ? [plugin] : [],
      });
      const { code, stderr } = await stack.shell(
        `pulumi stack init production && pulumi config set hydra:adminUrl ${hydra.adminUrl} && pulumi up --yes --skip-preview`,
      );
      expect([code, stderr.includes("error")]).toEqual([0, false]);
    });

    afterAll(async () => {
      await stack.shell("pulumi destroy --yes --skip-preview --stack production");
      await stack[Symbol.asyncDispose]();
    });

    it("names what no stack has, by the settings of the stack", async () => {
      const { body } = await admin.post("/admin/clients", { client_name: "By hand" });
      const { code, stdout } = await run(second.replace("npx pulumi-hydra", join(plugin, "pulumi-hydra")));
      expect(code).toBe(7);
      const rows = stdout.split("\n").map((row) => row.split(/ {2,}/));
      expect(rows).toContainEqual(["client", body.client_id, "By hand", expect.stringMatching(/^\d{4}-/)]);
      expect(rows.filter(([, id]) => id === clientId)).toEqual([]);
      expect((await admin.delete(`/admin/clients/${body.client_id}`)).status).toBe(204);
    });

    it("sends no mail while nothing differs", async () => {
      expect(await run(crontab)).toEqual({ code: 0, stdout: "" });
    });

    it("fails when a client was changed, names what differs, and writes no state", async () => {
      const before = await state();
      const patch = [{ op: "add", path: "/redirect_uris/-", value: "https://evil.example/callback" }];
      expect((await admin.patch(`/admin/clients/${clientId}`, patch)).status).toBe(200);
      const { code, stdout } = await run(watch);
      expect(code).toBe(7);
      expect(stdout).toMatch(/^ +~ redirectUris *: \[$/m);
      expect(stdout).toMatch(/^ +\+ \[1\]: "https:\/\/evil\.example\/callback"$/m);
      expect(stdout).toContain("error: no changes were expected for refresh but changes were proposed\n");
      expect(stdout.trim().split("\n").at(-1)).toBe(
        "Drift in production. Put back what is declared: pulumi up --refresh --stack production",
      );
      expect(await state()).toBe(before);
    });

    it("is content again after what it says was done", async () => {
      const { code } = await stack.shell("pulumi up --refresh --stack production --yes --skip-preview");
      expect(code).toBe(0);
      expect((await admin.get(`/admin/clients/${clientId}`)).body.redirect_uris).toEqual([
        "https://web.example/callback",
      ]);
      expect(await run(watch)).toEqual({ code: 0, stdout: "No drift in production.\n" });
    });

    it("does not mind a program that is not deployed; the other command does", async () => {
      await stack.write(declare("Shop"));
      expect((await run(watch)).code).toBe(0);
      expect((await run(blockUnder("Live against the program"))).code).toBe(7);
      await stack.write(declare("Web"));
    });

    it("mails a report when a client is gone", async () => {
      expect((await admin.delete(`/admin/clients/${clientId}`)).status).toBe(204);
      const { stdout } = await run(crontab);
      expect(stdout).toMatch(/^ +- \S+:OAuth2Client: \(delete\)\n +\[id=watched-/m);
    });

    it("does not take a Hydra that does not answer for an all-clear", async () => {
      await stack.shell("pulumi config set hydra:adminUrl http://127.0.0.1:1 && pulumi config set hydra:retries 0");
      const { code, stdout } = await run(watch);
      expect(code).toBe(1);
      expect(stdout).toContain("ECONNREFUSED");
      expect(stdout.trim().split("\n").at(-1)).toBe("The watch cannot tell whether production has drifted.");
      await stack.shell(`pulumi config set hydra:adminUrl ${hydra.adminUrl}`);
    });
  });
}
