// What a person reads when an operation fails. Knows nothing of OAuth 2.0.

/** Errors whose message is written for people. */
const explained = new Set(["HydraError", "Refusal", "PartialFailure", "ConfigurationError"]);

/** The message of a failed operation: what was tried on what, what went wrong, what to do. */
export function describe(verb: string, type: string, id: string, error: unknown): string {
  const object = id === "" ? type : `${type} ${JSON.stringify(id.length > 400 ? `${id.slice(0, 400)}…` : id)}`;
  if (error instanceof Error && explained.has(error.name)) return `could not ${verb} ${object}: ${error.message}`;
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `could not ${verb} ${object} because of a defect in pulumi-hydra; please report it with these lines: ${trace}`;
}
