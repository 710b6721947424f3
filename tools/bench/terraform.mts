// Knows how Terraform does the same with svrakitin/hydra, as many clients at once as it chooses.
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../child.mts";
import { clientsOf } from "./client.mts";
import { type Life, timed } from "./life.mts";

export async function terraform(program: string, provider: string, endpoint: string, count: number): Promise<Life> {
  const folder = await mkdtemp(join(tmpdir(), "terraform-"));
  const settings = join(folder, "terraform.rc");
  const installation = `provider_installation {\ndev_overrides { "svrakitin/hydra" = "${folder}" }\ndirect {}\n}\n`;
  const env = { ...process.env, TF_CLI_CONFIG_FILE: settings, CHECKPOINT_DISABLE: "1" };
  const options = { cwd: folder, env, timeoutMs: 1_200_000 };
  const command = (...args: string[]) => run(program, [...args, "-no-color"], options);
  const resources = clientsOf(count).map(({ scope, ...rest }, index) => {
    const names = Object.entries(rest).map(([name, value]) => [name.replace(/[A-Z]/g, "_$&").toLowerCase(), value]);
    return [`client-${index}`, { ...Object.fromEntries(names), scopes: scope.split(" ") }];
  });
  const configuration = {
    terraform: { required_providers: { hydra: { source: "svrakitin/hydra" } } },
    provider: { hydra: { endpoint } },
    resource: { hydra_oauth2_client: Object.fromEntries(resources) },
  };
  try {
    await symlink(resolve(provider), join(folder, "terraform-provider-hydra"));
    await writeFile(settings, installation);
    await writeFile(join(folder, "main.tf.json"), JSON.stringify(configuration));
    const life: Life = {};
    await timed(life, "up", () => command("apply", "-auto-approve"));
    await timed(life, "no-change up", () => command("plan"));
    await timed(life, "refresh", () => command("apply", "-refresh-only", "-auto-approve"));
    // That provider does not retry after a conflict of transactions.
    const attempts = `for attempt in 1 2 3 4 5; do "$0" destroy -auto-approve -no-color && exit; done; exit 1`;
    await timed(life, "destroy", () => run("sh", ["-c", attempts, program], options));
    return life;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
