import * as v from 'valibot';
import { CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { config } from '../config';
import { digestOf } from '../digest';
import type { Session } from './session';
import { signInPath } from './login-path';

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

/**
 * The requirement that a `stepUp` parameter names; null for any other text. The parameter never contains the requirement, so
 * that nobody can change it by a link.
 */
export function requirementNamed(name: string): SignInRequirement | null {
	return name === ACCOUNT_ACTS ? config().stepUp : null;
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
	if (!config().signInMethods.institution) return signInPath('sts-wallet', returnTo);
	return `/login/start?${new URLSearchParams({ provider: 'sts', stepUp: name, returnTo })}`;
}

/** The sign-in that meets this requirement for the person of this session. */
export async function stepUpFor({ userId, authTime }: Session, requirement: SignInRequirement): Promise<StepUp> {
	const { acr, maxAgeSeconds } = requirement;
	const isOld = !isNewEnough(authTime, maxAgeSeconds, unixMs() / 1000);
	return { acr: [...acr], maxAgeSeconds, isOld, subject: await subjectOf(userId) };
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
export async function isSamePerson({ userId }: Session, { subject }: StepUp): Promise<boolean> {
	return (await subjectOf(userId)) === subject;
}

function subjectOf(userId: string): Promise<string> {
	return digestOf(new TextEncoder().encode(userId), 22);
}
