// Messages of the provider name its settings as a stack's configuration does; commands take them from the environment.

import { environmentName } from "../setting.ts";

/** The message for people who set the environment: `hydra:adminUrl` → `PULUMI_HYDRA_ADMIN_URL`. */
export function forEnvironment(message: string): string {
  const here = message.replace(/run `pulumi config set [^`]*` or /, "");
  return here.replace(/hydra:(\w+)/g, (_, key: string) => environmentName(key));
}
