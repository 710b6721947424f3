// A dynamic provider that loads its implementation when it is first used: programs import it, and never use it.

import type * as dynamic from "@pulumi/pulumi/dynamic";

export function provider(type: string): dynamic.ResourceProvider {
  let config: dynamic.Config;
  const load = async () => (await import("./dynamic.ts")).dynamicProvider(type, config);
  return {
    // Nothing may wait here: other calls are served before a slow configure has ended.
    configure: async (request) => {
      config = request.config;
    },
    check: async (olds, news) => (await load()).check(olds, news),
    diff: async (id, olds, news) => (await load()).diff(id, olds, news),
    create: async (inputs) => (await load()).create(inputs),
    read: async (id, props) => (await load()).read(id, props),
    update: async (id, olds, news) => (await load()).update(id, olds, news),
    delete: async (id, props) => (await load()).delete(id, props),
  };
}
