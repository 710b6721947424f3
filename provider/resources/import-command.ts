// The command that adopts an object which no state has. Knows Pulumi's command line, and no server.

import type { Operation } from "../lifecycle/resource.ts";

/** `pulumi import`, under the name that the resource has in the program, where the host is told that. */
export function importCommand({ urn }: Pick<Operation, "urn">, type: string, id: string): string {
  const name = urn?.split("::").at(-1) ?? "<name>";
  const word = urn === undefined || /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
  return `\`pulumi import hydra:index:${type} ${word} ${id}\``;
}
