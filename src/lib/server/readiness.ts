import * as v from 'valibot';
import { config } from './config';
import { exchange } from './upstream/exchange';
import { describeCause } from './error-fields';
import { log } from './log';
import { storeState, storeStates } from './store';
import { stsFetch } from './sts/metadata';

const peer = v.picklist(['up', 'down']);
type PeerState = v.InferOutput<typeof peer>;
/** `down` does not make an instance unready: it carries on by itself. */
const store = v.picklist(storeStates);

/** An instance has what it needs, */
export const Ready = v.strictObject({
	status: v.literal('ready'),
	sts: v.literal('up'),
	bridge: v.literal('up'),
	store
});
/** or not; or it has been told to stop, and takes requests only until load balancers have noticed. */
export const NotReady = v.strictObject({
	status: v.picklist(['not_ready', 'draining']),
	sts: peer,
	bridge: peer,
	store
});

export type Readiness = v.InferOutput<typeof Ready> | v.InferOutput<typeof NotReady>;

const LIMIT_MS = 2000;
/** How long a result is shared: probes come from many sides. */
const CACHED_MS = 1000;
/** What a gateway says when it does not reach the service behind it. */
const UNREACHABLE_STATUSES = [502, 503, 504];

let isDraining = false;
let cached: { readonly result: Promise<Readiness>; readonly untilMs: number } | undefined;
const reported: Record<'sts' | 'bridge', PeerState> = { sts: 'up', bridge: 'up' };

/** Asks the STS, the Auth Bridge and the shared store, at most once a second; concurrent callers share the result. */
export function readiness(nowMs = performance.now()): Promise<Readiness> {
	if (!cached || nowMs >= cached.untilMs) cached = { result: check(), untilMs: nowMs + CACHED_MS };
	return cached.result;
}

/** From now on this instance is not ready, whatever else it has. */
export function endReadiness(): void {
	isDraining = true;
	cached = undefined;
}

async function check(): Promise<Readiness> {
	const [sts, bridge, store] = await Promise.all([
		stateOf('sts', checkSts()),
		config().signInMethods.wallet ? stateOf('bridge', checkBridge()) : ('up' as const),
		storeState()
	]);
	if (isDraining) return { status: 'draining', sts, bridge, store };
	return sts === 'up' && bridge === 'up'
		? { status: 'ready', sts, bridge, store }
		: { status: 'not_ready', sts, bridge, store };
}

/** Not the cached metadata: that may be minutes old. */
async function checkSts(): Promise<void> {
	const issuer = config().sts.issuer.replace(/(?<!\/)\/+$/, '');
	const response = await stsFetch(`${issuer}/.well-known/openid-configuration`, {
		signal: AbortSignal.timeout(LIMIT_MS)
	});
	if (!response.ok) throw new Error(`discovery has status ${response.status}`);
}

/**
 * Any response will do, except a gateway's that does not reach it: the Auth Bridge has no health route that all deployments
 * know, and one line of it responds with 500 to everything that it does not know.
 */
async function checkBridge(): Promise<void> {
	const response = await exchange({ method: 'HEAD', url: config().bridge.url, timeoutMs: LIMIT_MS, maxBytes: 0 });
	if (UNREACHABLE_STATUSES.includes(response.status)) throw new Error(`HEAD / has status ${response.status}`);
}

/** The state of a peer. Each change goes to the log once, with its cause; the store logs its own. */
async function stateOf(peer: 'sts' | 'bridge', work: Promise<void>): Promise<PeerState> {
	const { state, cause } = await work.then(
		() => ({ state: 'up', cause: undefined }) as const,
		(error: unknown) => ({ state: 'down', cause: describeCause(error) }) as const
	);
	if (state !== reported[peer]) {
		const fields = { peer, ...(cause === undefined ? {} : { cause }) };
		log.warn(state === 'up' ? 'a service is reachable again' : 'a service is unreachable: not ready', fields);
	}
	reported[peer] = state;
	return state;
}
