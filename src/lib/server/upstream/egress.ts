/** HTTP proxies by the scheme of the upstream's URL, and the hosts that are reached directly. */
export interface ProxySettings {
	/** `http:` or `https:` URL, with credentials if needed. */
	readonly http: string | undefined;
	readonly https: string | undefined;
	/** In the format of `NO_PROXY`: hosts, which include their subdomains, optionally with a port; `*` for all. */
	readonly except: string;
}

/** The proxy for requests to a URL; undefined for a direct connection. */
export function proxyFor(url: URL, { http, https, except }: ProxySettings): string | undefined {
	const proxy = url.protocol === 'https:' ? https : http;
	return proxy === undefined || isExcepted(url, except) ? undefined : proxy;
}

function isExcepted({ hostname, port, protocol }: URL, except: string): boolean {
	const own = normalized(hostname);
	const ownPort = port || (protocol === 'https:' ? '443' : '80');
	return except.split(/[\s,]+/).some((entry) => {
		if (entry === '*') return true;
		const [, host = '', onlyPort = ownPort] = /^(.*?)(?::(\d+))?$/.exec(withBrackets(entry)) ?? [];
		const name = normalized(host.replace(/^\*?\./, ''));
		return name !== '' && onlyPort === ownPort && (own === name || own.endsWith(`.${name}`));
	});
}

/**
 * A host as the URL parser writes it, such as `[::1]` for `[0:0:0:0:0:0:0:1]`, without the trailing dot of an absolute
 * name.
 */
function normalized(host: string): string {
	const name = host.replace(/\.$/, '').toLowerCase();
	return name.startsWith('[') && URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : name;
}

/** IPv6 addresses may be written without brackets; they then have no port. */
function withBrackets(entry: string): string {
	return !entry.startsWith('[') && entry.split(':').length > 2 ? `[${entry}]` : entry;
}
