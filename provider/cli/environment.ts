// Messages of the provider name its settings as a stack's configuration does; commands may take them from the environment.

import { environmentName } from "../configuration/setting.ts";

/** How settings are named for people who took them from a stack, or from the environment with one that is an option. */
export function wordsFor(values: {
  readonly stack?: string | undefined;
  readonly "admin-url"?: string | undefined;
}): (message: string) => string {
  if (values.stack !== undefined) return (message) => message;
  const names = values["admin-url"] === undefined ? {} : { adminUrl: "--admin-url" };
  return (message) => forEnvironment(message, names);
}

/** `hydra:adminUrl` → `PULUMI_HYDRA_ADMIN_URL`. */
function forEnvironment(message: string, names: Readonly<Record<string, string>>): string {
  return message
    .replace(/run `pulumi config set [^`]*` or set (\w+)/, "set $1, or name the stack that has it with --stack")
    .replace("doctor --stack <stack>", "doctor")
    .replace(/hydra:(\w+)/g, (_, key: string) => names[key] ?? environmentName(key));
}
