/** Where to listen; IPv6 addresses have no brackets. */
export interface ListenAddress {
	host: string;
	port: number;
}

/** Removes the brackets of an IPv6 address, which sockets do not accept. */
export function listenAddress(listen: ListenAddress): ListenAddress {
	return { host: listen.host.replace(/^\[(.*)\]$/, '$1'), port: listen.port };
}

/** `host:port`, as in URLs and in Deno's permissions. */
export function hostAndPort({ host, port }: ListenAddress): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The message for an operator if listening fails.
 * @param reason the system's error code (Node) or the name of the error (Deno)
 * @param names the variables that the address comes from
 */
export function listenFailure(
	address: ListenAddress,
	reason: string,
	names: { readonly host: string; readonly port: string } = { host: 'HOST', port: 'PORT' }
): string {
	const where = hostAndPort(address);
	if (['EADDRINUSE', 'AddrInUse'].includes(reason)) {
		return `The portal can't start: ${where} is taken by another program. Stop that program, or set ${names.port}.`;
	}
	return `The portal can't start: listening on ${where} failed (${reason}). Check ${names.host} and ${names.port}.`;
}
