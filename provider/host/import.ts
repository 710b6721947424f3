// What is known of an object that was imported: on import the engine does not say which server the program means, so that
// the one without a name was asked. Knows nothing of OAuth 2.0.

import { isNothing } from "../lifecycle/field.ts";
import { Refusal } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";

/**
 * In the state: the object was imported, and no update has written it since. Where servers have names, the first `up` of a program
 * that names the right one is an update that records just that.
 */
export const importedKey = "__imported";

/**
 * Refuses to delete an object that was imported where there are several servers, and that nothing has written since: it may be
 * somebody else's of the same id, on another server than the program named.
 */
export function requireOwn(state: Values, server: unknown, namesServers: boolean): void {
  if (state[importedKey] !== true || !namesServers || !isNothing(server)) return;
  const message =
    "the object was imported from the server of hydra:adminUrl, and hydra:connections names more servers: Pulumi does not tell which one " +
    "an import means, and the object may not be yours. Nothing was deleted";
  const advice =
    "if it is not yours, remove it from the state with `pulumi state delete --force <urn>`; if it is, put the resource back into the program, " +
    "run `pulumi up`, and remove it then";
  throw new Refusal({ code: "import-server", message, advice });
}

/**
 * Refuses to replace an object that was imported from one server by one on another. The object may be somebody else's,
 * with the same id, and the replacement would delete it.
 */
export function requireSameServer(state: Values, server: unknown): void {
  if (state[importedKey] !== true) return;
  const named = isNothing(server) ? "no other" : `the connection ${JSON.stringify(server)}`;
  const message =
    `connection: the object was imported from the server of hydra:adminUrl, and the program names ${named}; nothing was changed. ` +
    "An import never reads from a connection";
  const advice =
    "remove the resource from the state with `pulumi state delete --force <urn>`, " +
    "then import it through an explicit provider (`new hydra.Provider`) with the adminUrl of its server";
  throw new Refusal({ code: "import-server", message, advice });
}
