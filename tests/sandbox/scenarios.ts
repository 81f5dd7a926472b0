import * as v from 'valibot';
import { personIds } from './people.ts';

/** How an upstream can misbehave, whatever the request. Each fault exists as `sts-…` and `bridge-…`. */
export const faultKinds = [
	'down',
	'slow',
	'cut',
	'lost',
	'html',
	'wrong-json',
	'broken-json',
	'500',
	'401',
	'redirect',
	'error'
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type FaultTarget = 'sts' | 'bridge';

const stsScenarios = [
	'access-token-seconds',
	'no-rotation',
	'no-refresh-token',
	'no-providers',
	'many-providers',
	'no-par',
	'no-end-session',
	'no-userinfo',
	'no-revocation',
	'no-claims-parameter',
	'sts-wrong-state',
	'login-error',
	'signed-in-ago',
	'id-token'
] as const;

const bridgeScenarios = [
	'bridge-500-for-everything',
	'bridge-old-shape',
	'session-seconds',
	'expired-status',
	'unknown-status',
	'empty-request-uri',
	'long-request-uri',
	'no-requested-claims',
	'bridge-clock-behind',
	'verifying-ms',
	'plan',
	'several-candidates',
	'already-linked',
	'assurance-too-low',
	'idv-confirmed',
	'idv-refused',
	'idv-failed',
	'idv-wrong-state',
	'idv-result',
	'review-approves',
	'review-rejects',
	'review-never',
	'no-idv-status',
	'no-idv-submit',
	'second-202',
	'complete-once'
] as const;

/** What the phone does automatically: one step per status read, for sessions created while the script is active. */
export const scriptNames = [
	'wallet-opened',
	'wallet-declined',
	'wallet-shares',
	'credential-refused',
	'session-expired',
	'answer-twice',
	'answer-after-expiry'
] as const;
export type ScriptName = (typeof scriptNames)[number];

/** What is wrong with the next presentations, whoever makes them. */
export const credentialFaults = [
	'new-wallet-key',
	'expired-credential',
	'revoked-credential',
	'suspended-credential',
	'wrong-issuer',
	'wrong-type'
] as const;
/** How a wallet can get a presentation wrong, with a valid credential. */
export const presentationFaults = [
	'missing-claim',
	'tampered-disclosure',
	'wrong-audience',
	'wrong-nonce',
	'wrong-encryption-key',
	'oversized-response',
	'replayed-response'
] as const;
const presentationScenarios = [
	...credentialFaults,
	...presentationFaults,
	'status-list-down',
	'match-by-subject'
] as const;

const faultNames = faultKinds.flatMap((kind) => [`sts-${kind}`, `bridge-${kind}`] as const);
export const scenarioNames = [
	...faultNames,
	...stsScenarios,
	...bridgeScenarios,
	...presentationScenarios,
	...scriptNames
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** All options are optional; the README's table lists which scenario uses which. */
export const ScenarioOptions = v.strictObject({
	/** Only this operation, such as `status` or `token:refresh`; `token` covers `token:refresh` too. */
	operation: v.optional(v.string()),
	/** Deactivated after that many uses. */
	times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
	ms: v.optional(v.pipe(v.number(), v.minValue(0))),
	bytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
	seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
	count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
	status: v.optional(v.union([v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)), v.string()])),
	error: v.optional(v.string()),
	person: v.optional(v.picklist(personIds)),
	planType: v.optional(v.string()),
	reason: v.optional(v.string()),
	location: v.optional(v.string()),
	/** Added to ID tokens; null removes a claim. */
	claims: v.optional(v.record(v.string(), v.unknown()))
});
export type ScenarioOptions = v.InferOutput<typeof ScenarioOptions>;

export const ScenarioRequest = v.strictObject({ name: v.picklist(scenarioNames), ...ScenarioOptions.entries });

/** The active scenarios, one per name; setting one again replaces it. */
export class Scenarios {
	readonly #active = new Map<ScenarioName, ScenarioOptions>();

	set(name: ScenarioName, options: ScenarioOptions = {}): void {
		this.#active.set(name, { ...options });
	}

	lift(name: ScenarioName): void {
		this.#active.delete(name);
	}

	clear(): void {
		this.#active.clear();
	}

	/** Reads a scenario without using up one of its `times`. */
	peek(name: ScenarioName): ScenarioOptions | undefined {
		return this.#active.get(name);
	}

	/** Reads a scenario; for one with `times`, this uses up one of them. */
	use(name: ScenarioName): ScenarioOptions | undefined {
		const options = this.#active.get(name);
		if (options?.times === undefined) return options;
		if (options.times <= 1) this.#active.delete(name);
		else this.#active.set(name, { ...options, times: options.times - 1 });
		return options;
	}

	list(): Record<string, ScenarioOptions> {
		return Object.fromEntries(this.#active);
	}
}
