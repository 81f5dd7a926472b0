/**
 * The key of a per-address limit. An IPv4 address is returned unchanged. An IPv6 address is reduced to its /64, because one
 * host may use all 2^64 addresses of it (RFC 4291, 2.5.4; RFC 7934). IPv4-mapped IPv6 addresses count as IPv4 (RFC 4291,
 * 2.5.5.2).
 * @param address IPv4 or IPv6 in any spelling, with or without a zone; anything else is returned unchanged
 * @returns such as `192.0.2.1` or `2001:db8:0:1::/64`
 */
export function networkOf(address: string): string {
	const [unzoned = ''] = address.split('%');
	if (!unzoned.includes(':') || !URL.canParse(`http://[${unzoned}]`)) return address;
	const groups = groupsOf(unzoned);
	const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
	if (isMapped)
		return groups
			.slice(6)
			.map((group) => `${group >> 8}.${group & 0xff}`)
			.join('.');
	return `${groups
		.slice(0, 4)
		.map((group) => group.toString(16))
		.join(':')}::/64`;
}

/**
 * The network of a client, so that a line of a log does not identify one device: /24 of an IPv4 address, /48 of an IPv6
 * address. Anything that is not an address becomes undefined.
 */
export function truncatedNetworkOf(address: string): string | undefined {
	const network = networkOf(address);
	const ipv4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(network)?.[1];
	if (ipv4 !== undefined) return `${ipv4}.0/24`;
	const ipv6 = /^((?:[\da-f]{1,4}:){2}[\da-f]{1,4}):[\da-f]{1,4}::\/64$/.exec(network)?.[1];
	return ipv6 && `${ipv6}::/48`;
}

/** The eight 16-bit groups of an IPv6 address. The URL parser normalises every spelling. */
function groupsOf(address: string): number[] {
	const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
	const parse = (text = '') =>
		text
			.split(':')
			.filter(Boolean)
			.map((group) => parseInt(group, 16));
	const [before, after] = [parse(head), parse(tail)];
	return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
