/** Where to listen, with IPv6 addresses bare. */
export interface ListenAddress {
	host: string;
	port: number;
}

/** Operators also write IPv6 addresses in brackets; sockets want them bare. */
export function listenAddress(listen: ListenAddress): ListenAddress {
	return { host: listen.host.replace(/^\[(.*)\]$/, '$1'), port: listen.port };
}

/** `host:port`, as it stands in addresses and in Deno's permissions. */
export function hostAndPort({ host, port }: ListenAddress): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** One line for an operator on why listening failed, by the system's error code or the runtime's error name. */
export function listenFailure(address: ListenAddress, reason: string): string {
	const where = hostAndPort(address);
	if (['EADDRINUSE', 'AddrInUse'].includes(reason)) {
		return `The portal can't start: ${where} is taken by another program. Stop that one, or set PORT.`;
	}
	return `The portal can't start: listening on ${where} failed (${reason}). Check HOST and PORT.`;
}
