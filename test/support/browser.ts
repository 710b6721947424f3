// Knows what a browser does in an OAuth 2.0 flow: it keeps cookies and says where it is sent. It follows nothing by itself.

/** What a page answered. */
export interface Visit {
  status: number;
  /** Where it sends the browser. */
  location: URL;
}

/** One person's browser; cookies are for one server. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  /**
   * Opens an address that redirects; throws when it does not.
   *
   * @example
   * const { location } = await new Browser().visit(`${hydra.publicUrl}/oauth2/auth?client_id=…`);
   */
  async visit(url: string | URL): Promise<Visit> {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { Cookie: cookie } });
    for (const text of response.headers.getSetCookie()) this.#keep(text);
    const body = await response.text();
    const location = response.headers.get("Location");
    if (location === null) throw new Error(`${url} answered ${response.status} without a redirect: ${body}`);
    return { status: response.status, location: new URL(location, url) };
  }

  #keep(text: string): void {
    const [pair = "", ...attributes] = text.split("; ");
    const [name = "", ...value] = pair.split("=");
    if (attributes.includes("Max-Age=0")) this.#cookies.delete(name);
    else this.#cookies.set(name, value.join("="));
  }
}
