// Knows how Hydra says that SQLite lost one of two transactions that came at the same time: nothing was done, and the request can be sent again.

export function isLostTransaction(body: string | Buffer): boolean {
  return body.includes("Unable to serialize access");
}
