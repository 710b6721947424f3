// JSON Web Keys (RFC 7517, 7518, 8037): which members are private, which ones make the public key. Knows nothing else.

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;

/** Members that Hydra keeps of a public key. Others, such as key_ops, it forgets. */
const keptMembers = ["kty", "kid", "alg", "use", "crv", "x", "y", "n", "e", "x5c", "x5u", "x5t", "x5t#S256"] as const;

const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ["n", "e"],
  EC: ["crv", "x", "y"],
  OKP: ["crv", "x"],
};

/** The names of the private members in a JSON Web Key. */
export function privateMembersOf(key: unknown): string[] {
  if (typeof key !== "object" || key === null) return [];
  return privateMembers.filter((member) => member in key);
}

/** A JSON Web Key without its private members. */
export function withoutPrivateMembers(key: unknown): unknown {
  if (typeof key !== "object" || key === null) return key;
  const hidden = privateMembersOf(key);
  return Object.fromEntries(Object.entries(key).filter(([name]) => !hidden.includes(name)));
}

/** The members by which two keys are told apart. */
export function publicMembersOf(key: unknown): Readonly<Record<string, unknown>> {
  const members = new Map(Object.entries(key ?? {}));
  return Object.fromEntries(
    keptMembers
      .filter((name) => members.has(name) && members.get(name) !== "")
      .map((name) => [name, members.get(name)]),
  );
}

/** Whether a key has the members that its type needs. */
export function isJwk(key: Readonly<Record<string, unknown>>): boolean {
  const required =
    typeof key.kty === "string" && Object.hasOwn(requiredMembers, key.kty) ? requiredMembers[key.kty] : undefined;
  return required?.every((member) => typeof key[member] === "string" && key[member] !== "") ?? false;
}
