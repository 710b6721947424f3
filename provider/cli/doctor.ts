// The command `doctor`: the way to Hydra, step by step, as the provider takes it.

import { type Configuration, checkConfiguration, type Setting } from "../configuration/configuration.ts";
import { ConfigurationError, plainCredentials, secretKeys } from "../configuration/setting.ts";
import { withAdvice } from "../explained.ts";
import { conceal } from "../hydra/conceal.ts";
import { type Finding, findingOf, trace } from "../hydra/trace.ts";
import { checkUp } from "./checkup.ts";
import { type Command, found as foundSomething } from "./command.ts";
import { wordsFor } from "./environment.ts";
import { optionsOf } from "./option.ts";
import { printable, printableJson } from "./printable.ts";
import { configurationOf, connectionHelp, connectionOption, reachHelp, reachOptions } from "./reach.ts";
import type { StackConfiguration } from "./stack-configuration.ts";

const options = { ...reachOptions, ...connectionOption, json: { type: "boolean" } } as const;

export const doctor: Command = {
  name: "doctor",
  summary: "test each step on the way to Hydra, and say what to do",
  options,
  help: `Usage: pulumi-hydra doctor [options]

Reaches Hydra in the same way as the provider, and tests each step: settings, proxy, name, connection, TLS, credential,
admin API, version, public API, call limits, clock, and one read. For each step, a line says what the command tried,
the result, and what you can do. The command only reads, and never shows a secret.

${reachHelp}
${connectionHelp}.
                        Defaults to every configured server
  --json                write JSON instead of lines
  -h, --help            this text

The exit code is 0 if no step failed, 7 if a step failed, and another number if the command could not begin.
`,

  async run(args, console) {
    const values = optionsOf(args, options);
    const { configuration, ofStack } = await configurationOf(values);
    const words = wordsFor(values);
    const secrets = secretsOf(ofStack);
    const shown = (text: string) => conceal(words(text), secrets);
    const servers: Examined[] = [];
    for (const name of namesIn(configuration, values.connection)) {
      const server = { connection: name ?? null, steps: [] as Finding[] };
      servers.push(server);
      if (!values.json && name !== undefined) console.result(`connection ${printable(name)}\n`);
      await examine({ configuration, ofStack }, name, ({ said, advice, ...rest }) => {
        const finding = { ...rest, said: shown(said), ...(advice === undefined ? {} : { advice: shown(advice) }) };
        server.steps.push(finding);
        if (!values.json) console.result(lineOf(finding));
      });
    }
    const ok = servers.every(({ steps }) => steps.every(({ state }) => state !== "failed"));
    if (values.json) console.result(`${printableJson({ ok, servers })}\n`);
    return ok ? 0 : foundSomething;
  },
};

interface Examined {
  readonly connection: string | null;
  readonly steps: readonly Finding[];
}

/** The servers to look at. What cannot be read is told by the first step. */
function namesIn(configuration: Configuration, connection: string | undefined): readonly (string | undefined)[] {
  if (connection !== undefined) return [connection];
  try {
    return configuration.serverNames();
  } catch {
    return [undefined];
  }
}

interface Given {
  readonly configuration: Configuration;
  readonly ofStack: StackConfiguration | undefined;
}

async function examine(given: Given, name: string | undefined, tell: (finding: Finding) => void): Promise<void> {
  const order = ["proxy", "name", "connection", "TLS", "credential", "admin API", "version", "public API"];
  const rest = ["call limits", "clock", "read"];
  const done = new Set<string>();
  let isFailed = false;
  const say = (...all: readonly Finding[]) => {
    for (const finding of all) {
      done.add(finding.step);
      isFailed ||= finding.state === "failed";
      tell(finding);
    }
  };
  const settings = settingsOf(given, name);
  say(...settings.found);
  if (!isFailed) {
    const { api, way } = given.configuration.server(name, () => undefined);
    say(...(await trace(way.admin, way.proxies)));
    if (!isFailed) await checkUp({ api, way, keys: settings.keys }, say);
  }
  const left = [...order, ...rest].filter((step) => !done.has(step));
  if (left.length > 0) tell({ step: "the rest", state: "skipped", said: left.join(", ") });
}

/** Which settings there are and who gave each, or why they cannot be used. */
function settingsOf({ configuration, ofStack }: Given, name: string | undefined) {
  const failures = ofStack === undefined ? [] : checkConfiguration(ofStack.values);
  const step = "settings";
  if (failures.length > 0) {
    const found = failures.map(({ path, reason }): Finding => {
      return { step, state: "failed", said: `hydra:${path.join(".")} ${reason}`, code: "setting-invalid" };
    });
    return { keys: [], found };
  }
  try {
    const { given, dangers } = configuration.settings(name);
    const said = given.map((setting) => describe(setting, ofStack !== undefined)).join(", ");
    const plain = ofStack ? plainCredentials(ofStack.values, name, ofStack.isSecret) : [];
    const warnings = [...plain, ...dangers].map((one) => findingOf(step, "warning", one));
    const found: Finding[] = [{ step, state: "ok", said }, ...warnings];
    return { keys: given.map(({ key }) => key), found };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { keys: [], found: [findingOf(step, "failed", error)] };
  }
}

/** Only what is short tells something. */
const longestValue = 100;

/** Without a stack, the one setting that is not of the environment is an option, and its name says so. */
function describe({ key, value, byEnvironment }: Setting, hasStack: boolean): string {
  const giver = byEnvironment ? " (environment)" : hasStack ? " (the stack)" : "";
  const text = ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
  const isLine = text !== "" && text.length <= longestValue && !text.includes("\n");
  return `${key}${isLine ? ` ${text}` : ""}${giver}`;
}

/** What the stack keeps encrypted, although the provider shows it. */
function secretsOf(stack: StackConfiguration | undefined): string[] {
  if (stack === undefined) return [];
  const keys = [
    "adminUrl",
    "publicUrl",
    "username",
    "oauth2TokenUrl",
    "oauth2ClientId",
    "oauth2Scope",
    "oauth2Audience",
  ];
  return keys
    .filter((key) => !secretKeys.includes(key) && stack.isSecret(key))
    .flatMap((key) => {
      const text = String(stack.values[key]);
      return URL.canParse(text) ? [text, new URL(text).host, new URL(text).hostname] : [text];
    });
}

function lineOf({ step, state, said, advice, code }: Finding): string {
  const words = withAdvice({ message: said, advice });
  const text = `${step.padEnd(12)}${state.padEnd(9)}${words}${code === undefined ? "" : ` [${code}]`}`;
  return `${printable(text)}\n`;
}
