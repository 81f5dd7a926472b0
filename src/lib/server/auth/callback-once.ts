import * as v from 'valibot';
import { createOnce } from './run-once';
import { sharedStore } from '../store';
import { SessionSchema } from './session';
import { FLOW_COOKIE_SECONDS, type SignInFlow, SignInFlowSchema } from './sign-in-flow';
import { signInErrors } from './sign-in-errors';

/** How long the outcome of a callback is shared with further requests of the same browser. */
const SHARED_MS = 60_000;
/** How long a used flow is remembered: longer than any callback of it is accepted. */
const USED_MS = (FLOW_COOKIE_SECONDS + 300) * 1000;

const Outcome = v.variant('kind', [
	v.object({ kind: v.literal('signed_in'), session: SessionSchema }),
	v.object({ kind: v.literal('failed'), error: v.picklist(signInErrors) }),
	v.object({ kind: v.literal('restarted'), url: v.string(), flow: SignInFlowSchema })
]);

/** What a callback led to. `restarted`: the browser leaves for the STS again, with a new flow. */
export type CallbackOutcome = v.InferOutput<typeof Outcome>;

let once: ReturnType<typeof createOnce> | undefined;
/** Runs the work of callbacks once, also that of identity verification (`wallet/identity.ts`). */
export const callbackRuns = () => (once ??= createOnce({ store: sharedStore() }));

/**
 * Does the work of a callback once per flow, however often the browser requests it: a double click, a reload, a second
 * instance. For a minute further requests get the same outcome; the key that opens it is derived from the flow's PKCE
 * verifier, so only a browser with the flow's cookie can read it. After that the flow is used up.
 * Without a shared store this holds per instance.
 * @param work calls the STS; must not throw
 * @returns the outcome, and whether this request did the work
 */
export async function redeemOnce(
	{ verifier }: Pick<SignInFlow, 'verifier'>,
	work: () => Promise<CallbackOutcome>
): Promise<{ readonly outcome: CallbackOutcome; readonly isOwn: boolean }> {
	const secret = `sign-in ${verifier}`;
	let isOwn = false;
	async function run(): Promise<string> {
		isOwn = true;
		const isUnused = await sharedStore().replace(
			`used:${await callbackRuns().nameOf(secret)}`,
			null,
			crypto.randomUUID(),
			USED_MS
		);
		const outcome: CallbackOutcome = isUnused ? await work() : { kind: 'failed', error: 'sign_in_interrupted' };
		return JSON.stringify(outcome);
	}
	// A request that was lost with its process may have redeemed the code: redeeming it again would revoke the grant.
	const result = await callbackRuns()
		.run({ secret, repeatLost: false, keepMs: SHARED_MS, run })
		.catch(() => null);
	if (result === null) return { outcome: { kind: 'failed', error: 'sign_in_failed' }, isOwn };
	return { outcome: v.parse(Outcome, JSON.parse(result)), isOwn };
}

/** Resolves when no callback of this process is in progress: its result would be lost with the process. */
export async function callbacksSettled(): Promise<void> {
	await once?.settled();
}
