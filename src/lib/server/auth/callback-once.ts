import * as v from 'valibot';
import { createOnce } from './run-once';
import { sharedStore } from '../store';
import { SessionSchema } from './session';
import { FLOW_COOKIE_SECONDS, type SignInFlow, SignInFlowSchema } from './sign-in-flow';
import { signInErrors } from './sign-in-errors';

/** How long the outcome of a callback is shared with further requests from the same browser. */
const SHARED_MS = 60_000;
/** How long a flow stays recorded as used: longer than a callback for it can be accepted. */
const USED_MS = (FLOW_COOKIE_SECONDS + 300) * 1000;

const Outcome = v.variant('kind', [
	v.object({ kind: v.literal('signed_in'), session: SessionSchema }),
	v.object({ kind: v.literal('failed'), error: v.picklist(signInErrors) }),
	v.object({ kind: v.literal('restarted'), url: v.string(), flow: SignInFlowSchema })
]);

/** The outcome of a callback. `restarted`: the browser is redirected to the STS again, with a new flow. */
export type CallbackOutcome = v.InferOutput<typeof Outcome>;

let once: ReturnType<typeof createOnce> | undefined;
/** Runs the work of each callback once. Identity verification (`wallet/identity.ts`) uses it too. */
export const callbackRuns = () => (once ??= createOnce({ store: sharedStore() }));

/**
 * Performs the work of a callback once per flow, even if the browser repeats the request (a double click or a reload)
 * or another instance receives it. Further requests get the same outcome for one minute; after that, the flow counts
 * as used. The outcome is sealed with a key that is derived from the flow's PKCE verifier, so only a browser with the
 * flow's cookie can read it. Without a shared store, this applies per instance.
 * @param work calls the STS; must not throw
 * @returns the outcome, and whether this request performed the work (`isOwn`)
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
			`used:${callbackRuns().nameOf(secret)}`,
			null,
			crypto.randomUUID(),
			USED_MS
		);
		const outcome: CallbackOutcome = isUnused ? await work() : { kind: 'failed', error: 'sign_in_interrupted' };
		return JSON.stringify(outcome);
	}
	// If a process stopped during this work, it may already have redeemed the code. Redeeming it again would revoke
	// the grant.
	const result = await callbackRuns()
		.run({ secret, repeatLost: false, keepMs: SHARED_MS, run })
		.catch(() => null);
	if (result === null) return { outcome: { kind: 'failed', error: 'sign_in_failed' }, isOwn };
	return { outcome: v.parse(Outcome, JSON.parse(result)), isOwn };
}

/**
 * Resolves when this process has no callback in flight. If the process stopped earlier, a callback's result would be
 * lost.
 */
export async function callbacksSettled(): Promise<void> {
	await once?.settled();
}
