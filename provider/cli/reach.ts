// How a command reaches its server: settings of the environment or of a stack, and the options that choose between them.

import { type Configuration, configure } from "../configuration/configuration.ts";
import { type Explanation, inWords } from "../explained.ts";
import type { HydraApi } from "../hydra/admin.ts";
import { type Console, UsageError } from "./command.ts";
import { wordsFor } from "./environment.ts";
import { readStackConfiguration, type StackConfiguration } from "./stack-configuration.ts";

/** The options of every command that asks a server. */
export const reachOptions = { "admin-url": { type: "string" }, stack: { type: "string" } } as const;

/** The option of those that may ask any of several servers. */
export const connectionOption = { connection: { type: "string" } } as const;

/** Their lines of a help. */
export const reachHelp = `  --admin-url <url>     the base URL of Hydra's admin API. Defaults to PULUMI_HYDRA_ADMIN_URL
  --stack <stack>       use the settings of this stack, as the provider does. Run the command in the program's folder`;

export const connectionHelp = `  --connection <name>   ask the server of this name in hydra:connections`;

type Option = keyof typeof reachOptions | keyof typeof connectionOption;

export type ReachValues = { readonly [Name in Option]?: string | undefined };

/** The configuration that the options choose, and the stack's part in it. */
export async function configurationOf({
  "admin-url": url,
  stack,
}: ReachValues): Promise<{ configuration: Configuration; ofStack: StackConfiguration | undefined }> {
  if (url !== undefined && stack !== undefined) {
    throw new UsageError("--admin-url excludes --stack: credentials of one server are not sent to another");
  }
  const ofStack = stack === undefined ? undefined : await readStackConfiguration(stack);
  const ofOption = (key: string) => (key === "adminUrl" ? url : undefined);
  const configuration = ofStack
    ? configure((key) => ofStack.values[key])
    : configure(ofOption, undefined, "environment");
  return { configuration, ofStack };
}

/** The admin API that the options lead to; what is unsafe about the way there is said. */
export async function reach(values: ReachValues, console: Console): Promise<HydraApi> {
  const words = wordsFor(values);
  const warn = (danger: Explanation) => console.say(`warning: ${words(inWords(danger))}`);
  const { configuration } = await configurationOf(values);
  return configuration.server(values.connection, warn).api;
}
