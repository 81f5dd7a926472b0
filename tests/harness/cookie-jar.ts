interface Cookie {
	readonly host: string;
	readonly path: string;
	readonly name: string;
	readonly value: string;
}

/** Stores cookies as browsers do: by host, regardless of the port, and by path. */
export class CookieJar {
	#cookies: Cookie[] = [];

	/** The `Cookie` header for an address; empty if no cookie matches. */
	header(url: URL): string {
		return this.#sentTo(url)
			.map(({ name, value }) => `${name}=${value}`)
			.join('; ');
	}

	/** The cookies that are sent to an address, by name. */
	read(url: URL): Map<string, string> {
		return new Map(this.#sentTo(url).map(({ name, value }) => [name, value]));
	}

	put(url: URL, setCookie: string): void {
		const [pair = '', ...attributes] = setCookie.split(/;\s*/);
		const [name = '', value = ''] = pair.split(/=(.*)/s);
		const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
		const isGone = value === '' || attributes.some((attribute) => /^max-age=0$/i.test(attribute));
		const host = url.hostname;
		this.#cookies = this.#cookies.filter((kept) => kept.host !== host || kept.path !== path || kept.name !== name);
		if (!isGone) this.#cookies.push({ host, path, name, value });
	}

	clear(): void {
		this.#cookies = [];
	}

	#sentTo({ hostname, pathname }: URL): Cookie[] {
		return this.#cookies.filter(({ host, path }) => host === hostname && pathname.startsWith(path));
	}
}
