import * as v from 'valibot';
import { CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { config } from '../config';
import type { Backend } from '../config/backends';
import { sha256 } from '../seal';
import { sealOf } from '../http/cookies';
import type { Session } from './session';
import { signInPath } from './login-page';

/**
 * What a part of the portal requires of a sign-in, as in RFC 9470 3: `acr` has the accepted values of that claim (none: any
 * value will do), and `maxAgeSeconds` the age of the authentication (null: any age will do).
 */
export interface SignInRequirement {
	readonly acr: readonly string[];
	readonly maxAgeSeconds: number | null;
}

/** A sign-in that was started to meet a requirement. */
export const StepUpSchema = v.object({
	acr: v.array(v.string()),
	maxAgeSeconds: v.nullable(v.number()),
	/** Whether the authentication of the session was too old. The STS then has to authenticate the person again. */
	isOld: v.boolean(),
	/** A digest of the `userId` of the person who started it. */
	subject: v.string()
});
export type StepUp = v.InferOutput<typeof StepUpSchema>;

/** The name of the requirement for acts on the account: unlinking a wallet, ending other sessions. */
export const ACCOUNT_ACTS = 'account';
const BACKEND_PREFIX = 'backend.';

/** The name of the requirement that the configuration has for a backend. */
export const backendActs = (backend: string): string => BACKEND_PREFIX + backend;

/** How long a requirement of a backend's own can be met. */
const CHALLENGE_MS = 15 * 60_000;
const challengeSeal = sealOf(
	'step-up',
	v.strictTuple([v.string(), v.array(v.string()), v.nullable(v.number()), v.number()])
);

/**
 * The name of a requirement that a backend's response had (RFC 9470 3). It is sealed and belongs to one session, so that no
 * link can change what the STS is asked for.
 */
export function sealedRequirement({ id }: Session, requirement: SignInRequirement): string {
	const { acr, maxAgeSeconds } = requirement;
	return challengeSeal.seal([id, [...acr], maxAgeSeconds, unixMs() + CHALLENGE_MS]);
}

/**
 * The requirement that a `stepUp` parameter names; null for any other text. The parameter never contains a requirement that a
 * browser could read or change.
 */
export function requirementNamed(name: string, { id }: Session): SignInRequirement | null {
	if (name === ACCOUNT_ACTS) return config().stepUp;
	if (name.startsWith(BACKEND_PREFIX)) {
		const backend = config().backends.find((one) => backendActs(one.name) === name);
		return backend ? requirementOf(backend) : null;
	}
	const sealed = challengeSeal.open(name)?.value;
	return sealed?.[0] === id && sealed[3] > unixMs() ? { acr: sealed[1], maxAgeSeconds: sealed[2] } : null;
}

/** What the configuration requires of the sign-in for a backend. */
export function requirementOf({ acr, maxAge }: Pick<Backend, 'acr' | 'maxAge'>): SignInRequirement {
	return { acr: acr ?? [], maxAgeSeconds: maxAge ?? null };
}

/**
 * What a session lacks: `stronger`, its `acr` is not accepted; `newer`, the authentication is too old, or its time is not known;
 * null if it meets the requirement. A time in the future, beyond the clock tolerance, does not count.
 */
export function lackingOf(
	{ acr, authTime }: Pick<Session, 'acr' | 'authTime'>,
	requirement: SignInRequirement,
	nowSeconds = unixMs() / 1000
): 'stronger' | 'newer' | null {
	const { acr: accepted, maxAgeSeconds } = requirement;
	if (accepted.length > 0 && (acr === undefined || !accepted.includes(acr))) return 'stronger';
	return isNewEnough(authTime, maxAgeSeconds, nowSeconds) ? null : 'newer';
}

function isNewEnough(authTime: number, maxAgeSeconds: number | null, nowSeconds: number): boolean {
	const ageSeconds = nowSeconds - authTime;
	return maxAgeSeconds === null || (ageSeconds <= maxAgeSeconds && ageSeconds >= -CLOCK_TOLERANCE_SECONDS);
}

/** What a session lacks for acts on the account (`STEP_UP_ACR`, `STEP_UP_MAX_AGE`); null if they are allowed. */
export function lackingForAccountActs(session: Session): 'stronger' | 'newer' | null {
	return lackingOf(session, config().stepUp);
}

/**
 * The path that starts the sign-in to meet a requirement, from a link on a page of the portal.
 * @param name the name of the requirement, such as `ACCOUNT_ACTS`
 * @param returnTo the path of the page of the act; the person acts again there
 */
export function stepUpSignInPath(name: string, returnTo: string): string {
	if (!config().signInMethods.institution) return walletStepUpPath(name, returnTo);
	return `/login/start?${new URLSearchParams({ provider: 'sts', stepUp: name, returnTo })}`;
}

/** The same with a wallet. The STS decides how strong that is; the page of the step-up says if it is not enough. */
export function walletStepUpPath(name: string, returnTo: string): string {
	return signInPath('sts-wallet', stepUpPagePath({ name, returnTo, outcome: 'refused' }));
}

/** How a step-up ended: well; without what was required; or with another person. */
export const stepUpOutcomes = ['done', 'refused', 'other'] as const;
type StepUpOutcome = (typeof stepUpOutcomes)[number];

/**
 * Whether only a link on a page of the portal may lead to this path: a browser that comes from the STS, or from anywhere else,
 * is refused there (`handles/origin-policy.ts`).
 */
export const needsLink = (path: string): boolean => path.startsWith('/api/');

/** The path of the page that explains a step-up, or how it ended. A person whose session meets the requirement is redirected. */
export function stepUpPagePath(of: {
	readonly name?: string;
	readonly returnTo: string;
	readonly outcome?: StepUpOutcome;
}): string {
	const { name, returnTo, outcome } = of;
	return `/step-up?${new URLSearchParams({ ...(outcome && { outcome }), ...(name && { stepUp: name }), returnTo })}`;
}

/**
 * The path of the page after a step-up that was refused. It names the requirement, so that "Try again" starts the next
 * sign-in. The name is a sealed one, because `state` has the requirement, and not what it was called at the start.
 */
export function refusedStepUpPath(session: Session, stepUp: StepUp, returnTo: string): string {
	return stepUpPagePath({ name: sealedRequirement(session, stepUp), returnTo, outcome: 'refused' });
}

/** The sign-in that meets this requirement for the person of this session. */
export function stepUpFor({ userId, authTime }: Session, requirement: SignInRequirement): StepUp {
	const { acr, maxAgeSeconds } = requirement;
	const isOld = !isNewEnough(authTime, maxAgeSeconds, unixMs() / 1000);
	return { acr: [...acr], maxAgeSeconds, isOld, subject: subjectOf(userId) };
}

/**
 * Whether a sign-in that has just ended meets its requirement. If the STS has authenticated the person during the sign-in, the
 * authentication is new enough, however long they took.
 * @param startedAt when the sign-in started, in Unix seconds
 */
export function meetsStepUp(session: Session, stepUp: StepUp, startedAt: number): boolean {
	const tookSeconds = unixMs() / 1000 - startedAt + CLOCK_TOLERANCE_SECONDS;
	const maxAgeSeconds = stepUp.maxAgeSeconds === null ? null : Math.max(stepUp.maxAgeSeconds, tookSeconds);
	return lackingOf(session, { acr: stepUp.acr, maxAgeSeconds }) === null;
}

/** Whether a step-up signed in the person who had started it. */
export function isSamePerson({ userId }: Session, { subject }: StepUp): boolean {
	return subjectOf(userId) === subject;
}

function subjectOf(userId: string): string {
	return sha256(userId).slice(0, 22);
}
