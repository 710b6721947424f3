// Knows how Terraform does the same job, where its program and a provider's are there.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../child.mts";
import { duration, type Row } from "./table.mts";

/** Rows of svrakitin/hydra with so many clients at Terraform's own pace; none without TERRAFORM and TERRAFORM_PROVIDER_HYDRA. */
export async function measureTerraform(adminUrl: string, clients: number): Promise<Row[]> {
  const { TERRAFORM: terraform, TERRAFORM_PROVIDER_HYDRA: provider } = process.env;
  if (!terraform || !provider) return [];
  const folder = await mkdtemp(join(tmpdir(), "terraform-"));
  try {
    const plugins = join(folder, "plugins");
    await mkdir(plugins);
    await symlink(resolve(provider), join(plugins, "terraform-provider-hydra"));
    const settings = join(folder, "terraform.rc");
    await writeFile(
      settings,
      `provider_installation {\n  dev_overrides { "svrakitin/hydra" = "${plugins}" }\n  direct {}\n}\n`,
    );
    await writeFile(join(folder, "main.tf"), configuration(adminUrl, clients));
    const env = { ...process.env, TF_CLI_CONFIG_FILE: settings, CHECKPOINT_DISABLE: "1" };
    const timed = async (...args: string[]): Promise<{ ms: number; code: number; output: string }> => {
      const start = performance.now();
      const { code, stdout, stderr } = await run(terraform, [...args, "-no-color"], {
        cwd: folder,
        env,
        timeoutMs: 600_000,
      });
      return { ms: performance.now() - start, code, output: stdout + stderr };
    };
    const rows: Row[] = [];
    const steps = [
      ["apply", ["apply", "-auto-approve"]],
      ["plan of no change", ["plan"]],
      ["refresh", ["apply", "-refresh-only", "-auto-approve"]],
      ["destroy", ["destroy", "-auto-approve"]],
    ] as const;
    for (const [name, args] of steps) {
      const { ms, code, output } = await timed(...args);
      if (name === "apply" && code !== 0) throw new Error(`terraform apply failed:\n${output.slice(-2_000)}`);
      rows.push({
        what: `Terraform, ${clients} clients: ${name}${code === 0 ? "" : " (it failed)"}`,
        base: duration(ms),
        ours: "",
      });
      // Conflicts of transactions are not tried again there: what is left is destroyed afterwards.
      for (let left = 5; name === "destroy" && code !== 0 && left > 0; left--) {
        if ((await timed(...args)).code === 0) break;
      }
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configuration(adminUrl: string, clients: number): string {
  return `terraform {
  required_providers {
    hydra = { source = "svrakitin/hydra" }
  }
}

provider "hydra" {
  endpoint = "${adminUrl}"
}

resource "hydra_oauth2_client" "client" {
  count          = ${clients}
  client_name    = "Application \${count.index}"
  owner          = "bench"
  contacts       = ["team-\${count.index}@example.com"]
  redirect_uris  = ["https://app-\${count.index}.example.com/callback", "https://app-\${count.index}.example.com/silent"]
  grant_types    = ["authorization_code", "refresh_token"]
  response_types = ["code"]
  scopes         = ["openid", "offline_access", "profile", "email"]
  audience       = ["https://api.example.com"]
  metadata       = { team = "team-\${count.index % 7}", tier = "gold" }
}
`;
}
