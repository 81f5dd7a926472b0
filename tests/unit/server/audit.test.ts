import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { audit } from '$lib/server/audit';
import { auditEvents, AuditLine } from '$lib/server/audit-events';
import { truncatedNetworkOf } from '$lib/server/http/request';
import * as v from 'valibot';
import { root } from '../../tasks/runtime.mjs';
import { configure, environment } from './configured';

vi.mock('$lib/server/config', () => import('./configured'));
const lines: Record<string, unknown>[] = [];
vi.mock('$lib/server/log', async (original) => ({
	...(await original<object>()),
	auditLog: (_event: string, fields: Record<string, unknown>) => lines.push(fields)
}));

const NEW = 'another-secret-of-this-portal-9876543210-x';
const client = (shown: string | undefined, network: string) => ({
	requestId: 'r1',
	auditAddress: () => ({ shown, network })
});
const from = (network: string) => client(network, network);
const person = { userId: 'user-1', id: 'session-1' };

/** A new process: nothing is counted yet. */
async function newAudit() {
	vi.resetModules();
	return (await import('$lib/server/audit')).audit;
}

beforeEach(() => {
	lines.length = 0;
	configure();
});

describe('the hashes of a person and a session', () => {
	function hashes(changes: Readonly<Record<string, string>>) {
		configure(changes);
		audit('sign_in.succeeded', person, from('192.0.2.0/24'));
		const { subject, session } = v.parse(AuditLine, lines.at(-1));
		return [subject, session];
	}

	test('are different, and by default change with AUTH_SECRET', () => {
		const [subject, session] = hashes({});
		expect(subject).not.toBe(session);
		expect(hashes({ AUTH_SECRET: `${NEW} ${environment.AUTH_SECRET}` })).not.toEqual([subject, session]);
	});

	test('do not change with AUTH_SECRET if AUDIT_HASH_KEY is set, even to the old secret', () => {
		const before = hashes({});
		const kept = { AUDIT_HASH_KEY: environment.AUTH_SECRET };
		expect(hashes({ ...kept, AUTH_SECRET: NEW })).toEqual(before);
	});
});

test('only known facts are written: no token, name or claim', async () => {
	const session = { ...person, name: 'Robin Student', accessToken: 'the-access-token', sub: 'subject-1' };
	(await newAudit())('sign_out.succeeded', session, null);
	expect(v.parse(AuditLine, lines[0])).toEqual({
		event: 'sign_out.succeeded',
		outcome: 'success',
		subject: expect.any(String),
		session: expect.any(String)
	});
});

test('failures from one network are limited, without hiding those from another network', async () => {
	const audit = await newAudit();
	const fail = (address: string) => audit('sign_in.failed', { reason: 'x' }, from(address));
	const written = Array.from({ length: 10_000 }, () => fail('192.0.2.0/24'));
	expect(lines).toHaveLength(601);
	expect(written.filter(Boolean)).toHaveLength(600);
	expect(lines.at(-1)).toMatchObject({ event: 'audit.suppressed', address: '192.0.2.0/24' });
	fail('198.51.100.0/24');
	audit('sign_in.succeeded', person, from('192.0.2.0/24'));
	expect(lines.slice(601).map(({ event }) => event)).toEqual(['sign_in.failed', 'sign_in.succeeded']);
});

test.each<[string, (n: number) => string | undefined]>([
	['full', (n) => `2001:db8:1::${n.toString(16)}`],
	['none', () => undefined]
])('the limit is per network, even if AUDIT_ADDRESS is %s', async (_, shown) => {
	const audit = await newAudit();
	const fail = (n: number, network: string) => audit('sign_in.failed', { reason: 'x' }, client(shown(n), network));
	for (let n = 0; n < 1000; n++) fail(n, '2001:db8:1::/48');
	expect(lines).toHaveLength(601);
	expect(fail(1000, '2001:db8:2::/48')).toBe(true);
});

test.each([
	['192.0.2.77', '192.0.2.0/24'],
	['::ffff:192.0.2.77', '192.0.2.0/24'],
	['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
	['2001:db8::1', '2001:db8:0::/48'],
	['unknown', undefined]
])('the network of %s is %s', (address, network) => {
	expect(truncatedNetworkOf(address)).toBe(network);
});

test('docs/operations.md describes every event, and no other', () => {
	const docs = readFileSync(join(root, 'docs/operations.md'), 'utf8');
	const section = docs.slice(docs.indexOf('## Audit log'), docs.indexOf('**To find a person**'));
	const described = [...section.matchAll(/^\| `([\w.]+)`/gm)].map(([, event]) => event);
	expect(described).toEqual(Object.keys(auditEvents));
});
