import * as v from 'valibot';
import { config } from './config';
import { exchange } from './upstream/client';
import { discoveryUrl } from './sts/addresses';
import { describeCause } from './error-fields';
import { log } from './log';
import { storeState, storeStates } from './store';
import { stsFetch } from './sts/metadata';
import { GATEWAY_ERRORS } from './http/upstream-error';

const peer = v.pipe(v.picklist(['up', 'down']), v.title('ServiceState'));
type PeerState = v.InferOutput<typeof peer>;
/** `down` does not make an instance unready: it continues with its own store. */
const store = v.pipe(v.picklist(storeStates), v.title('StoreState'));

/** The instance is ready: the services that it needs are available. */
export const Ready = v.strictObject({
	status: v.literal('ready'),
	sts: v.literal('up'),
	bridge: v.literal('up'),
	store
});
/**
 * The instance is not ready. `draining`: it has been told to stop, and accepts requests only until load balancers have
 * noticed.
 */
export const NotReady = v.strictObject({
	status: v.picklist(['not_ready', 'draining']),
	sts: peer,
	bridge: peer,
	store
});

/** The instance alone, without the services that all instances share. */
export const InstanceReady = v.strictObject({ status: v.literal('ready') });
export const InstanceNotReady = v.strictObject({ status: v.literal('draining') });

export type Readiness = v.InferOutput<typeof Ready> | v.InferOutput<typeof NotReady>;

const LIMIT_MS = 2000;
/** How long a result is cached, because probes come from many sources. */
const CACHED_MS = 1000;

let isDraining = false;
let cached: { readonly result: Promise<Readiness>; readonly untilMs: number } | undefined;
const reported: Record<'sts' | 'bridge', PeerState> = { sts: 'up', bridge: 'up' };

/** Checks the STS, the Auth Bridge and the shared store, at most once a second. Concurrent callers share the result. */
export function readiness(nowMs = performance.now()): Promise<Readiness> {
	if (!cached || nowMs >= cached.untilMs) cached = { result: check(), untilMs: nowMs + CACHED_MS };
	return cached.result;
}

/**
 * Whether this instance accepts requests, regardless of other services. For load balancers: when a service fails that all
 * instances need, removing every instance would replace the portal's pages by an error of the load balancer.
 */
export function instanceReadiness(): v.InferOutput<typeof InstanceReady> | v.InferOutput<typeof InstanceNotReady> {
	return { status: isDraining ? 'draining' : 'ready' };
}

/** Makes this instance report `draining` from now on, regardless of the state of its services. */
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

/** Requests the discovery document, because cached metadata may be minutes old. */
async function checkSts(): Promise<void> {
	const response = await stsFetch(discoveryUrl(config().sts.issuer), { signal: AbortSignal.timeout(LIMIT_MS) });
	if (!response.ok) throw new Error(`discovery has status ${response.status}`);
}

/**
 * Accepts any response, except from a gateway that can't reach the service. The Auth Bridge has no health route that all
 * deployments support, and one of its release lines responds with 500 to every unknown route.
 */
async function checkBridge(): Promise<void> {
	const response = await exchange({ method: 'HEAD', url: config().bridge.url, timeoutMs: LIMIT_MS, maxBytes: 0 });
	if (GATEWAY_ERRORS.includes(response.status)) throw new Error(`HEAD / has status ${response.status}`);
}

/** The state of a service. Each change is logged once, with its cause; the store logs its own changes. */
async function stateOf(peer: 'sts' | 'bridge', work: Promise<void>): Promise<PeerState> {
	const { state, cause } = await work.then(
		() => ({ state: 'up', cause: undefined }) as const,
		(error: unknown) => ({ state: 'down', cause: describeCause(error) }) as const
	);
	if (state !== reported[peer]) {
		const fields = { peer, ...(cause === undefined ? {} : { cause }) };
		log.warn(
			state === 'up' ? 'a service is reachable again' : 'a service is unreachable: this instance is not ready',
			fields
		);
	}
	reported[peer] = state;
	return state;
}
