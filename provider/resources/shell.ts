// Commands in messages, as a shell reads them. Knows Pulumi's command line, and no server.

import type { Operation } from "../lifecycle/resource.ts";

/** `pulumi import`, under the name that the resource has in the program, where the host knows that. */
export function importCommand({ urn }: Pick<Operation, "urn">, type: string, id: string): string {
  const name = urn === undefined ? "<name>" : shellWord(urn.split("::").at(-1) ?? "");
  return `\`pulumi import hydra:index:${type} ${name} ${id.startsWith("<") ? id : shellWord(id)}\``;
}

/** A text that a shell reads as one word, with nothing in it expanded. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
