// JSON Web Keys (RFC 7517, 7518, 8037): which members are private. Knows nothing else.

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;

/** The names of the private members in a JSON Web Key. One that is null is absent. */
export function privateMembersOf(key: unknown): string[] {
  if (typeof key !== "object" || key === null) return [];
  const values = key as Readonly<Record<string, unknown>>;
  return privateMembers.filter((member) => values[member] !== undefined && values[member] !== null);
}

/** A JSON Web Key without its private members. */
export function withoutPrivateMembers(key: unknown): unknown {
  if (typeof key !== "object" || key === null) return key;
  const hidden = privateMembersOf(key);
  return Object.fromEntries(Object.entries(key).filter(([name]) => !hidden.includes(name)));
}
