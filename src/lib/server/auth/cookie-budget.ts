import { unixMs } from '../clock';

/**
 * The pattern of a sign-in flow's id: the start time in Unix milliseconds (base 36, 9 characters), then 8 random
 * hexadecimal digits. Ids sort by age. The id is part of the `state` parameter and of the cookie's name, so the
 * oldest flow can be found without opening a cookie.
 */
export const FLOW_ID = '[0-9a-z]{9}[0-9a-f]{8}';

const whole = new RegExp(`^${FLOW_ID}$`);

export function newFlowId(nowMs = unixMs()): string {
	return `${nowMs.toString(36).padStart(9, '0')}${crypto.randomUUID().slice(0, 8)}`;
}

export function isFlowId(id: string): boolean {
	return whole.test(id);
}

/** The start time of a flow, in Unix milliseconds. */
export function flowStartMs(id: string): number {
	return parseInt(id.slice(0, 9), 36);
}

/**
 * All cookies of the portal in one browser share one budget, because proxies reject requests with headers larger than
 * 8 kB (`docs/security.md`, Limits). A cookie counts as the browser sends it: name, `=`, value and the separator.
 */
export const MAX_COOKIE_BYTES = 7000;
/** Up to this size, the headers of a response that sets the session stay below 4 kB, the default limit of nginx. */
export const COMFORTABLE_SESSION_BYTES = 2500;
const MAX_FLOWS = 4;
/**
 * This many sign-in flows stay until all unscanned and all completed wallet sessions but the newest of each are
 * evicted.
 */
const MIN_FLOWS = 2;
export const MAX_WALLET_SESSIONS = 4;

const SEPARATOR_BYTES = '; '.length;
/** Cookies that are never evicted, by their names without the prefix. */
const PROTECTED = /^(?:session(?:\.[0-3])?|login|locale|institution|device|departure|signedout|linked)$/;

/**
 * The state of a wallet session, as far as its cookie shows.
 * - `over`: expired, or the cookie is not readable.
 * - `unscanned`: no wallet has responded yet.
 * - `completed`: it can start a sign-in, or its identity verification is done.
 * - `verifying`: in identity verification; never evicted.
 */
export type WalletState = 'over' | 'unscanned' | 'completed' | 'verifying';

export interface WalletCookie {
	readonly state: WalletState;
	/** Unix milliseconds; 0 if unknown. */
	readonly startedAt: number;
}

interface Holdings {
	/** Sizes in bytes, by the cookies' names without the prefix. */
	readonly sizes: ReadonlyMap<string, number>;
	/** The wallet sessions among these cookies, by the same names. */
	readonly wallets: ReadonlyMap<string, WalletCookie>;
}

/** The size of a cookie in the budget, in bytes. */
export function cookieBytes(name: string, value: string): number {
	return name.length + 1 + value.length + SEPARATOR_BYTES;
}

/**
 * The id of the flow that a cookie named `{kind}.{flow}` belongs to; null for other names. Ids sort by age, so no
 * cookie has to be opened.
 */
export function flowIdOf(part: string): string | null {
	const id = part.slice(part.indexOf('.') + 1);
	return part.startsWith('wallet.') || !isFlowId(id) ? null : id;
}

/**
 * The names of the cookies to delete. Flows beyond the newest four, and wallet sessions beyond four, are always deleted.
 * Then, until the other cookies fit the budget, the following are deleted in this order:
 * - cookies with names that the portal does not use
 * - wallet sessions that are over
 * - all flows but the newest two
 * - all unscanned wallet sessions but the newest
 * - all completed wallet sessions but the newest
 * - the older of two flows
 * - the newest unscanned wallet session, then the newest completed one, then the newest flow
 *
 * The session and wallet sessions in identity verification are never evicted.
 */
export function evictions({ sizes, wallets }: Holdings): string[] {
	const evicted = new Set<string>();
	let bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);

	const flows = groupByFlow(sizes.keys());
	const inState = (state: WalletState) =>
		[...wallets]
			.filter(([, wallet]) => wallet.state === state)
			.sort(([, a], [, b]) => a.startedAt - b.startedAt)
			.map(([name]) => [name]);
	const unknown = [...sizes.keys()].filter(
		(name) => !PROTECTED.test(name) && !wallets.has(name) && flowIdOf(name) === null
	);
	const [over, unscanned, completed] = [inState('over'), inState('unscanned'), inState('completed')];

	function evict(names: readonly string[]): void {
		for (const name of names) {
			if (!evicted.has(name)) bytes -= sizes.get(name) ?? 0;
			evicted.add(name);
		}
	}

	for (const flow of surplus(flows, MAX_FLOWS)) evict(flow);
	const evictable = [...over, ...unscanned, ...completed];
	for (const wallet of evictable.slice(0, Math.max(0, wallets.size - MAX_WALLET_SESSIONS))) evict(wallet);
	const order = [
		...unknown.map((name) => [name]),
		...over,
		...surplus(flows, MIN_FLOWS),
		...surplus(unscanned, 1),
		...surplus(completed, 1),
		...surplus(flows, 1),
		...unscanned,
		...completed,
		...flows
	];
	for (const names of order) {
		if (bytes <= MAX_COOKIE_BYTES) break;
		evict(names);
	}
	return [...evicted];
}

/** All entries but the given number of newest ones. */
function surplus(oldestFirst: readonly (readonly string[])[], newest: number): readonly (readonly string[])[] {
	return oldestFirst.slice(0, Math.max(0, oldestFirst.length - newest));
}

/** The names of each flow's cookies, oldest flow first. */
function groupByFlow(names: Iterable<string>): readonly (readonly string[])[] {
	const flows = new Map<string, string[]>();
	for (const name of names) {
		const id = flowIdOf(name);
		if (id !== null) flows.set(id, [...(flows.get(id) ?? []), name]);
	}
	return [...flows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cookies]) => cookies);
}
