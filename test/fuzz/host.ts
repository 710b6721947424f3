// Both hosts in this process, on a server that answers what it is told to; values travel as they do on the wire.

import { dynamicProvider } from "../../provider/host/dynamic/dynamic.ts";
import { createPlugin } from "../../provider/host/plugin/plugin.ts";
import { inputs } from "./good.ts";
import type { FalseServer } from "./server.ts";

export type Properties = Record<string, NonNullable<unknown>>;

/** Properties as a host gets them: JSON, and no member named __proto__, which the protocol's library loses. */
export function received(properties: object): Properties {
  return JSON.parse(JSON.stringify(properties), (name, value) => (name === "__proto__" ? undefined : value));
}

export type Type = keyof typeof inputs;
export const types = Object.keys(inputs) as Type[];

export const operations = ["check", "diff", "create", "read", "update", "delete"] as const;
export type Verb = (typeof operations)[number];

/** One call of the engine. */
export interface Call {
  readonly type: Type;
  readonly verb: Verb;
  readonly id: string;
  readonly olds: object;
  readonly news: object;
  readonly preview: boolean;
  readonly timeout: number;
  readonly ignored: readonly string[];
}

export type Run = (call: Call) => unknown;

const never = new AbortController().signal;
const silence = () => async () => undefined;

/** A plugin that was just configured. What it answers has to fit the wire. */
export function plugin(settings: object) {
  const host = createPlugin(silence, () => never);
  host.configure(received(settings));
  const run: Run = async ({ type, verb, id, preview, timeout, ignored, ...call }) => {
    const asked = { urn: `urn:pulumi:dev::program::hydra:index:${type}::web`, preview, timeout, ignored };
    const [olds, news] = [received(call.olds), received(call.news)];
    switch (verb) {
      case "check":
        return sent(await host.check(asked, olds, news, new Uint8Array()));
      case "diff":
        return sent(host.diff(asked, id, olds, news));
      case "create":
        return sent(await host.create(asked, news));
      case "read":
        return sent((await host.read(asked, id, olds, news)) ?? {});
      case "update":
        return sent(await host.update(asked, id, olds, news));
      case "delete":
        return host.delete(asked, id, olds);
    }
  };
  return { host, run };
}

/** The dynamic host. It reads its configuration once, so that all cases share a server. */
export function dynamic(server: FalseServer): Run {
  const settings: Readonly<Record<string, string>> = { "hydra:adminUrl": server.url, "hydra:retries": "0" };
  const config = { get: (key: string) => settings[key], require: (key: string) => String(settings[key]) };
  return ({ type, verb, id, ...call }) => {
    const host = dynamicProvider(type, config);
    const [olds, news] = [received(call.olds), received(call.news)];
    switch (verb) {
      case "check":
        return host.check(olds, news);
      case "diff":
        return host.diff(id, olds, news);
      case "create":
        return host.create(news);
      case "read":
        return host.read(id, olds);
      case "update":
        return host.update(id, olds, news);
      case "delete":
        return host.delete(id, olds);
    }
  };
}

/** What a host answers. The protocol's library throws on what is no JSON. */
export function sent<T>(answer: T): T {
  if (["undefined", "function", "bigint", "symbol"].includes(typeof answer))
    throw new Error("a defect: it answers no JSON");
  if (typeof answer === "object" && answer !== null) Object.values(answer).forEach(sent);
  return answer;
}
