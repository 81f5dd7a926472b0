import { isWalletSessionId } from '$lib/wallet/wallet-session-id';
import { Problem } from '../http/problem';

const LONGEST_SEGMENT = 512;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSAFE = /^\.{0,2}$|[\u0000-\u001f\u007f]/;

export const sessionsPath = ['auth', 'oid4vp', 'sessions'] as const;
export const idvCallbackPath = ['auth', 'oid4vp', 'idv', 'callback'] as const;

/** @throws {Problem} `not_found` for what is no wallet session id. */
export function sessionPath(id: string, ...rest: readonly string[]): readonly string[] {
	if (!isWalletSessionId(id)) throw new Problem('not_found');
	return [...sessionsPath, id, ...rest];
}

export function bindingsPath(subject: string, ...rest: readonly string[]): readonly string[] {
	return ['internal', 'bindings', subject, ...rest];
}

/**
 * The address of something at the Auth Bridge: its base address, which may have a path, plus encoded segments.
 * @throws {Problem} `not_found` for a segment that would lead anywhere else.
 */
export function bridgeUrl(base: URL, segments: readonly string[], query?: URLSearchParams): URL {
	const path = `${base.pathname.replace(/\/+$/, '')}/${segments.map(encoded).join('/')}`;
	const url = new URL(path, base.origin);
	if (url.origin !== base.origin || url.pathname !== path) throw new Problem('not_found');
	if (query) url.search = query.toString();
	return url;
}

// `.` and `..` survive encoding and would be resolved away; half a surrogate pair can't be encoded at all.
function encoded(segment: string): string {
	if (segment.length > LONGEST_SEGMENT || UNSAFE.test(segment) || !segment.isWellFormed()) {
		throw new Problem('not_found');
	}
	return encodeURIComponent(segment);
}
