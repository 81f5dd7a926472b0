import * as v from 'valibot';
import { config } from './config';
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
/** Answers of this age are good enough: probes come from many sides. */
const FRESH_MS = 1000;

let isDraining = false;
let last: { readonly answer: Promise<Readiness>; readonly untilMs: number } | undefined;

/** Asks the STS and the Auth Bridge, at most once a second. */
export function readiness(nowMs = Date.now()): Promise<Readiness> {
	if (!last || nowMs >= last.untilMs) last = { answer: look(), untilMs: nowMs + FRESH_MS };
	return last.answer;
}

/** From now on this instance is not ready, whatever else it has. */
export function endReadiness(): void {
	isDraining = true;
	last = undefined;
}

async function look(): Promise<Readiness> {
	const [sts, bridge] = await Promise.all([stateOf(stsAnswers()), stateOf(bridgeAnswers())]);
	const store = storeState();
	if (isDraining) return { status: 'draining', sts, bridge, store };
	return sts === 'up' && bridge === 'up'
		? { status: 'ready', sts, bridge, store }
		: { status: 'not_ready', sts, bridge, store };
}

/** Not the cached metadata: that may be minutes old. */
async function stsAnswers(): Promise<void> {
	const issuer = config().sts.issuer.replace(/\/+$/, '');
	const response = await stsFetch(`${issuer}/.well-known/openid-configuration`, {
		signal: AbortSignal.timeout(LIMIT_MS)
	});
	await response.body?.cancel();
	if (!response.ok) throw new Error('the STS answers discovery with a fault');
}

/** Any answer below 500 will do: the Auth Bridge has no health route that all deployments know. */
async function bridgeAnswers(): Promise<void> {
	const signal = AbortSignal.timeout(LIMIT_MS);
	const response = await fetch(config().bridge.url, { method: 'HEAD', redirect: 'manual', signal });
	await response.body?.cancel();
	if (response.status >= 500) throw new Error('the Auth Bridge answers with a fault');
}

async function stateOf(work: Promise<void>): Promise<PeerState> {
	return work.then(
		() => 'up',
		() => 'down'
	);
}
