// Knows the clients of the programs, as clients in use are.

/** So many clients, as the arguments of ours have them. */
export function clientsOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    clientName: `Application ${index}`,
    owner: "bench",
    contacts: [`team-${index}@example.com`],
    redirectUris: ["callback", "silent"].map((page) => `https://app-${index}.example.com/${page}`),
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    scope: "openid offline_access profile email",
    audience: ["https://api.example.com"],
    metadata: { team: `team-${index % 7}`, tier: "gold" },
  }));
}
