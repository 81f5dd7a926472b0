const mostRedirects = 20;

export interface Visit {
	readonly url: URL;
	readonly status: number;
	readonly text: string;
}

/**
 * A browser without JavaScript, for the sandbox's own tests. It stores cookies per host, regardless of the port, as
 * browsers do. It follows redirects until one leads to an address that `stopsAt` names.
 */
export class Browser {
	readonly #cookies = new Map<string, Map<string, { value: string; path: string }>>();
	readonly #stopsAt: string;

	constructor(stopsAt: string) {
		this.#stopsAt = stopsAt;
	}

	async open(address: string | URL, form?: Record<string, string>): Promise<Visit> {
		let url = new URL(address);
		let body = form && new URLSearchParams(form);
		for (let redirects = 0; redirects < mostRedirects; redirects += 1) {
			if (url.href.startsWith(this.#stopsAt)) return { url, status: 0, text: '' };
			const response = await fetch(url, {
				...(body && { method: 'POST', body }),
				redirect: 'manual',
				headers: { cookie: this.#cookieHeader(url) }
			});
			this.#keep(url, response.headers.getSetCookie());
			const location = response.headers.get('location');
			if (location === null) return { url, status: response.status, text: await response.text() };
			url = new URL(location, url);
			body = undefined;
		}
		throw new Error(`more than ${mostRedirects} redirects`);
	}

	/** Submits the page's form with a button: its hidden fields, and the button's own field. */
	submit({ url, text }: Visit, button: Record<string, string>, action?: string): Promise<Visit> {
		const target = action ?? /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
		if (target === undefined) throw new Error(`no form on ${url.href}`);
		const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
		const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
		return this.open(new URL(target, url), { ...fields, ...button });
	}

	#cookieHeader({ hostname, pathname }: URL): string {
		const cookies = [...(this.#cookies.get(hostname) ?? [])].filter(([, { path }]) => pathname.startsWith(path));
		return cookies.map(([name, { value }]) => `${name}=${value}`).join('; ');
	}

	#keep({ hostname }: URL, headers: string[]): void {
		const jar = this.#cookies.get(hostname) ?? new Map<string, { value: string; path: string }>();
		this.#cookies.set(hostname, jar);
		for (const header of headers) {
			const [pair = '', ...attributes] = header.split(/;\s*/);
			const [name = '', value = ''] = pair.split(/=(.*)/s);
			const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
			if (value === '') jar.delete(name);
			else jar.set(name, { value, path });
		}
	}
}
