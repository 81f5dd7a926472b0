import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { claimsOf } from '../sandbox/identity.ts';
import { personById } from '../sandbox/people.ts';
import { signInAtInstitution, signInByVerification } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;
let linesBefore: number;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { LOG_LEVEL: 'error' } });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	linesBefore = auditLines().length;
});

interface AuditLine {
	readonly message: string;
	readonly properties: Readonly<Record<string, string>>;
}

function auditLines(): AuditLine[] {
	const lines = landscape.portal.logs().split('\n');
	return lines.filter((line) => line.includes('audit')).map((line) => JSON.parse(line) as AuditLine);
}
/** A log line may arrive shortly after its response. */
async function newLines(count: number): Promise<AuditLine[]> {
	await expect.poll(() => auditLines()).toHaveLength(linesBefore + count);
	return auditLines().slice(linesBefore);
}

test('signing in and out leaves two lines of the same person, whatever the level of the log', async () => {
	const account = await signInAtInstitution(browser);
	await browser.submit(account, {}, '/api/auth/signout');
	const lines = await newLines(2);
	expect(lines.map(({ message }) => message)).toEqual(['signed in', 'signed out']);
	expect(new Set(lines.map(({ properties }) => properties.subject)).size).toBe(1);
	expect(lines[0]?.properties).toEqual({ requestId: expect.any(String), provider: 'sts', subject: expect.any(String) });
});

test('the audit log names the person whose wallet is linked or unlinked', async () => {
	const account = await signInByVerification(browser, landscape.sandbox);
	const unlink = await browser.open(linkIn(account, '/unlink'));
	await browser.open(unlink.url, { form: {} });
	const lines = await newLines(3);
	expect(lines.map(({ message }) => message)).toEqual(['signed in', 'wallet linked', 'wallet unlinked']);
	expect(new Set(lines.map(({ properties }) => properties.subject)).size).toBe(1);
});

test('two people have two hashes, and no line says who they are', async () => {
	await signInAtInstitution(browser, 'known-student');
	await signInAtInstitution(new Browser(landscape.url), 'unknown-employee');
	const lines = await newLines(2);
	expect(new Set(lines.map(({ properties }) => properties.subject)).size).toBe(2);
	const text = JSON.stringify(lines);
	const claims = (['known-student', 'unknown-employee'] as const).flatMap((id) =>
		Object.values(claimsOf(personById(id)))
			.flat()
			.map(String)
	);
	expect(claims.filter((claim) => claim.length > 5 && text.includes(claim))).toEqual([]);
});
