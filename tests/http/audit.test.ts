import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AuditLine } from '../../src/lib/server/audit-events.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { claimsOf } from '../sandbox/identity.ts';
import { personById } from '../sandbox/people.ts';
import { MFA } from '../sandbox/sts/accounts.ts';
import { signInAtInstitution, signInByVerification } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;
let linesBefore: number;

beforeAll(async () => {
	const grades = { url: `http://127.0.0.1:${await freePort()}`, token: 'exchange', tokenAudience: 'grades' };
	const BACKENDS = JSON.stringify({ grades, exams: { ...grades, acr: MFA } });
	landscape = await startLandscape({ runtime, env: { LOG_LEVEL: 'error', BACKENDS } });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	linesBefore = auditLines().length;
});

interface Line {
	readonly message: string;
	readonly properties: Readonly<Record<string, string>>;
}

function auditLines(): Line[] {
	const lines = landscape.portal.logs().split('\n');
	return lines.filter((line) => line.includes('audit')).map((line) => JSON.parse(line) as Line);
}
/** A log line may arrive shortly after its response. */
async function newLines(count: number): Promise<Line[]> {
	await expect
		.poll(() =>
			auditLines()
				.slice(linesBefore)
				.map(({ message }) => message)
		)
		.toHaveLength(count);
	const lines = auditLines().slice(linesBefore);
	for (const { message, properties } of lines) expect(v.parse(AuditLine, properties).event).toBe(message);
	return lines;
}

const eventsOf = (lines: readonly Line[]) => lines.map(({ properties }) => properties.event);
const subjectsOf = (lines: readonly Line[]) =>
	new Set(lines.map(({ properties }) => properties.subject).filter((subject) => subject !== undefined));

test('sign-in and sign-out write audit lines with the same subject and session, at any log level', async () => {
	const account = await signInAtInstitution(browser);
	await browser.submit(account, {}, '/api/auth/signout');
	const lines = await newLines(4);
	// The STS ends its own session, and says so.
	const [started, succeeded, ...ends] = eventsOf(lines);
	expect([started, succeeded, ...ends.sort()]).toEqual([
		'sign_in.started',
		'sign_in.succeeded',
		'session.ended',
		'sign_out.succeeded'
	]);
	expect(lines[1]?.properties).toEqual({
		event: 'sign_in.succeeded',
		outcome: 'success',
		requestId: expect.any(String),
		address: '127.0.0.0/24',
		provider: 'sts',
		subject: expect.any(String),
		session: expect.any(String)
	});
	expect(lines.find(({ message }) => message === 'sign_out.succeeded')?.properties).toMatchObject({
		subject: lines[1]?.properties.subject,
		session: lines[1]?.properties.session
	});
});

test('signing out everywhere else, and then everywhere, writes an audit line for each', async () => {
	await signInAtInstitution(browser);
	for (const which of ['others', 'all']) await browser.open(`/account/sessions/${which}/end`, { form: {} });
	const lines = await newLines(6);
	const ended = lines.filter(({ properties }) => properties.event === 'session.ended' && properties.by === 'person');
	const { subject, session } = lines[1]?.properties ?? {};
	expect(ended.map(({ properties }) => properties)).toMatchObject(
		['others', 'user'].map((target) => ({ outcome: 'success', target, subject, session }))
	);
	expect(eventsOf(lines)).toContain('sign_out.succeeded');
});

test('the audit log records a wallet session from its creation until the wallet is linked and unlinked', async () => {
	const account = await signInByVerification(browser, landscape.sandbox);
	const unlink = await browser.open(linkIn(account, '/unlink'));
	await browser.open(unlink.url, { form: {} });
	const lines = await newLines(8);
	expect(eventsOf(lines)).toEqual([
		'wallet_session.created',
		'identity_verification.started',
		'identity_verification.ended',
		'wallet_session.verified',
		'sign_in.started',
		'sign_in.succeeded',
		'wallet.linked',
		'wallet.unlinked'
	]);
	expect(subjectsOf(lines).size).toBe(1);
	expect(new Set(lines.slice(0, 4).map(({ properties }) => properties.walletSession)).size).toBe(1);
});

test('a failed sign-in has a reason', async () => {
	await browser.open('/api/auth/callback/sts?error=access_denied');
	const [line] = await newLines(1);
	expect(line?.properties).toMatchObject({
		event: 'sign_in.failed',
		outcome: 'failure',
		provider: 'sts',
		reason: expect.any(String)
	});
});

test('a step-up has separate audit lines for success, failure and another person', async () => {
	await signInAtInstitution(browser);
	const stepUp = async (factor: string, person = 'known-student'): Promise<Visit> => {
		const page = await browser.open('/step-up?stepUp=backend.exams&returnTo=/help');
		const institution = await browser.open(linkIn(page, '/login/start'));
		return browser.submit(await browser.submit(institution, { person }), { factor });
	};
	await stepUp('none');
	await stepUp('confirmed', 'unknown-student');
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	await stepUp('confirmed');
	const lines = await newLines(16);
	const [failed, other, met] = lines
		.filter(({ message }) => /^step_up\.(?!started)/.test(message))
		.map(({ properties }) => properties);
	const [first] = lines.filter(({ message }) => message === 'sign_in.succeeded');
	expect(failed).toMatchObject({ outcome: 'failure', reason: 'step_up_refused', session: first?.properties.session });
	expect(other).toMatchObject({ outcome: 'failure', reason: 'other_person' });
	expect(met).toMatchObject({ event: 'step_up.succeeded', subject: failed?.subject });
	expect(other?.subject).not.toBe(failed?.subject);
});

test('the audit log records that the STS denied a person the token exchange for a backend', async () => {
	await signInAtInstitution(browser);
	landscape.sandbox.scenario('sts-error', { operation: 'token:exchange', error: 'access_denied', status: 403 });
	expect((await browser.call('/api/backends/grades/x')).status).toBe(403);
	const [, signedIn, refused] = (await newLines(3)).map(({ properties }) => properties);
	const { subject } = signedIn ?? {};
	expect(refused).toMatchObject({ event: 'backend.refused', backend: 'grades', reason: 'exchange_denied', subject });
});

test('two people have different subject hashes, and no audit line contains their claims', async () => {
	await signInAtInstitution(browser, 'known-student');
	await signInAtInstitution(new Browser(landscape.url), 'unknown-employee');
	const lines = await newLines(4);
	expect(subjectsOf(lines).size).toBe(2);
	const text = JSON.stringify(lines);
	const claims = (['known-student', 'unknown-employee'] as const).flatMap((id) =>
		Object.values(claimsOf(personById(id)))
			.flat()
			.map(String)
	);
	expect(claims.filter((claim) => claim.length > 5 && text.includes(claim))).toEqual([]);
});
