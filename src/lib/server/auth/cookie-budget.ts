import { isFlowId } from './flow-id';

/**
 * All cookies of the portal in one browser share one budget: proxies refuse requests whose headers are larger than 8 kB
 * (`docs/security.md`, Limits). Cookies are counted as a browser sends them: name, `=`, value and the separator.
 */
export const MAX_COOKIE_BYTES = 7000;
/** Up to this size the head of a response that sets the session stays below the 4 kB that nginx takes by default. */
export const COMFORTABLE_SESSION_BYTES = 2500;
const MAX_FLOWS = 4;
/** This many sign-ins in progress stay as long as an unscanned wallet session can go instead. */
const MIN_FLOWS = 2;
export const MAX_WALLET_SESSIONS = 4;

const SEPARATOR_BYTES = '; '.length;
/** Cookies that are never evicted, by what follows the prefix in their names. */
const PROTECTED = /^(?:session(?:\.[0-3])?|login|locale|institution|departure|signedout)$/;

/**
 * `over`: expired, ended or not readable. `unscanned`: as far as the cookie says, no wallet has answered yet.
 * `completed`: a sign-in can be started with it, or its identity verification is over. `verifying`: in identity verification; never
 * evicted.
 */
export type WalletState = 'over' | 'unscanned' | 'completed' | 'verifying';

export interface HeldWallet {
	readonly state: WalletState;
	/** Unix milliseconds; 0 where it is unknown. */
	readonly startedAt: number;
}

export interface Holdings {
	/** Sizes in bytes, by what follows the prefix in the cookies' names. */
	readonly sizes: ReadonlyMap<string, number>;
	/** The wallet sessions among them, by the same names. */
	readonly wallets: ReadonlyMap<string, HeldWallet>;
}

/** What a cookie takes of the budget. */
export function cookieBytes(name: string, value: string): number {
	return name.length + 1 + value.length + SEPARATOR_BYTES;
}

/** The flow that a cookie named `{kind}.{flow}` belongs to; null for other names. Ids sort by age, and nothing is opened. */
export function flowIdOf(part: string): string | null {
	const id = part.slice(part.indexOf('.') + 1);
	return part.startsWith('wallet.') || !isFlowId(id) ? null : id;
}

/**
 * The names of the cookies to delete, so that the others fit the budget and its counts. In this order: what is none of the
 * portal's cookies by name; wallet sessions that are over; flows but the newest two; unscanned wallet sessions but the newest;
 * completed ones but the newest; the older of two flows; then the newest of each, in the order unscanned, completed, flow. Never
 * the session, and never a wallet session in identity verification.
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

/** All but the newest so many. */
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
