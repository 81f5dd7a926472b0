import { CookieJar } from './cookie-jar.ts';
import { type HttpResponse, exchange } from './exchange.ts';

const MAX_REDIRECTS = 20;
const PAGE = 'text/html,application/xhtml+xml,*/*;q=0.8';

/** A response, with the request's method and URL. */
export interface Visit extends HttpResponse {
	readonly method: string;
	readonly url: URL;
}

/** The size of a response's head in HTTP/1.1, in bytes. Proxies limit it. */
export function headBytes({ status, statusText, headers }: Visit): number {
	const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
	return [`HTTP/1.1 ${status} ${statusText}`, ...lines, '', ''].join('\r\n').length;
}

export interface Navigation {
	/** The origin of the page whose link or form is used; null for a typed address; the portal by default. */
	from?: string | null;
	/** The address of that page, if the browser sends it. */
	referer?: string;
	/** Sent as a form with POST. */
	form?: Readonly<Record<string, string>>;
	/** Whether to follow redirects and `Refresh: 0`; true by default. */
	follow?: boolean;
	/** Stops before a request to a path of the portal with this prefix; its address is the last response's `location`. */
	stopBefore?: string;
}

export interface Call {
	method?: string;
	json?: unknown;
	body?: string;
	/** Override the browser's own headers. */
	headers?: Record<string, string>;
}

/** A browser without JavaScript that sends Fetch Metadata. It can also send the requests of a script. */
export class Browser {
	/** Every response of the portal so far. */
	readonly visits: Visit[] = [];
	readonly #jar = new CookieJar();
	readonly #home: URL;
	readonly #userAgent: string | undefined;

	constructor(portalUrl: string, { userAgent }: { readonly userAgent?: string } = {}) {
		this.#home = new URL(portalUrl);
		this.#userAgent = userAgent;
	}

	/** A person's navigation, including the redirects to its last page. */
	async open(address: string | URL, navigation: Navigation = {}): Promise<Visit> {
		const { from = this.#home.origin, referer, form, follow = true, stopBefore } = navigation;
		const chain = [new URL(address, this.#home)];
		let body = form && new URLSearchParams(form).toString();
		while (chain.length <= MAX_REDIRECTS) {
			const url = chain.at(-1) ?? this.#home;
			const headers = {
				accept: PAGE,
				'sec-fetch-site': siteOf(from, chain),
				'sec-fetch-mode': 'navigate',
				'sec-fetch-dest': 'document',
				...(referer !== undefined && { referer }),
				...(body !== undefined && { origin: from ?? 'null', 'content-type': 'application/x-www-form-urlencoded' })
			};
			const visit = await this.#send(url, { method: body === undefined ? 'GET' : 'POST', headers, body });
			const location = visit.headers.get('location');
			const refresh = /^0; url=(.+)$/.exec(visit.headers.get('refresh') ?? '')?.[1];
			if (!follow || (location ?? refresh) === undefined) return visit;
			if (location === null) return this.open(new URL(refresh ?? '', url), { from: url.origin });
			const next = new URL(location, url);
			if (stopBefore !== undefined && next.origin === this.#home.origin && next.pathname.startsWith(stopBefore))
				return visit;
			chain.push(next);
			body = undefined;
		}
		throw new Error(`More than ${MAX_REDIRECTS} redirects: ${chain.map(({ pathname }) => pathname).join(' ')}`);
	}

	/** Submits the page's form whose action starts with `action`: its hidden fields, and the given fields. */
	submit(
		page: Visit,
		fields: Readonly<Record<string, string>> = {},
		action = '',
		navigation: Pick<Navigation, 'stopBefore'> = {}
	): Promise<Visit> {
		const forms = page.text.matchAll(/<form[^>]* action="([^"]*)"[^>]*>(.*?)<\/form>/gs);
		const [, target, content = ''] = [...forms].find(([, wanted = '']) => wanted.startsWith(action)) ?? [];
		if (target === undefined) throw new Error(`No form for "${action}" on ${page.url.pathname}:\n${page.text}`);
		const hidden = [...content.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
		const form = { ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, plain(value)])), ...fields };
		return this.open(new URL(plain(target), page.url), {
			...navigation,
			from: page.url.origin,
			referer: page.url.href,
			form
		});
	}

	/** One request of a script on a page of the portal; redirects are not followed. */
	call(path: string, { method = 'GET', json, body, headers = {} }: Call = {}): Promise<Visit> {
		return this.#send(new URL(path, this.#home), {
			method,
			body: json === undefined ? body : JSON.stringify(json),
			headers: {
				accept: 'application/json',
				'sec-fetch-site': 'same-origin',
				'sec-fetch-mode': 'cors',
				'sec-fetch-dest': 'empty',
				...(method !== 'GET' && method !== 'HEAD' && { origin: this.#home.origin }),
				...(json !== undefined && { 'content-type': 'application/json' }),
				...headers
			}
		});
	}

	/** The cookies that the portal receives, by name. On one host these include cookies of the other services. */
	cookies(): Map<string, string> {
		return this.#jar.read(this.#home);
	}

	/** Sets a cookie; an empty value deletes it. */
	putCookie(name: string, value: string): void {
		this.#jar.put(this.#home, `${name}=${value}; Path=/`);
	}

	async #send(url: URL, question: { method: string; headers: Record<string, string>; body?: string | undefined }) {
		const cookie = this.#jar.header(url);
		const headers = {
			'accept-language': 'en',
			...(this.#userAgent !== undefined && { 'user-agent': this.#userAgent }),
			...(cookie && { cookie }),
			...question.headers
		};
		const visit: Visit = { url, method: question.method, ...(await exchange(url, { ...question, headers })) };
		for (const setCookie of visit.headers.getSetCookie()) this.#jar.put(url, setCookie);
		if (url.origin === this.#home.origin) this.visits.push(visit);
		return visit;
	}
}

/** The address of the page's first link that contains this text. */
export function linkIn(page: Visit, part: string): string {
	const links = [...page.text.matchAll(/<a[^>]* href="([^"]*)"/g)].map(([, href = '']) => plain(href));
	const found = links.find((href) => href.includes(part));
	if (found === undefined) throw new Error(`No link with "${part}" on ${page.url.href} (${page.status}): ${page.text}`);
	return found;
}

/** The text of the page's main heading; empty if there is none. */
export function headingOf({ text }: Visit): string {
	return plain(/<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? '').trim();
}

/** `Sec-Fetch-Site` (Fetch Metadata 2.3): the whole chain of redirects is compared with the origin that started it. */
function siteOf(from: string | null, chain: readonly URL[]): string {
	if (from === null) return 'none';
	if (chain.every(({ origin }) => origin === from)) return 'same-origin';
	const { protocol, hostname } = new URL(from);
	const isSameSite = chain.every((url) => url.hostname === hostname && url.protocol === protocol);
	return isSameSite ? 'same-site' : 'cross-site';
}

function plain(html: string): string {
	return html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}
