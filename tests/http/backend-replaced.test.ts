import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, type BackendPortal, startBackendPortal } from './support/backend-portal.ts';
import { PLAIN } from './support/odd-backend.ts';

/** The responses of backends that one person may have in progress (docs/security.md, "Limits"). */
const MOST = 200;

let portal: BackendPortal;
beforeAll(async () => {
	portal = await startBackendPortal();
});
afterAll(() => portal.stop());

/** The statuses of more responses than a person may have in progress, one after the other. */
async function statusesOf(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Set<number>> {
	const statuses = new Set<number>();
	for (let n = 0; n <= MOST; n += 1) statuses.add((await portal.browser.call(at(path), { headers })).status);
	return statuses;
}

test.each(['application/problem+json', 'application/json', 'text/html', 'text/plain', null])(
	"a backend's 405 of type %s keeps its body and Allow",
	async (type) => {
		const response = await portal.post(`/read-only${type === null ? '' : `?type=${encodeURIComponent(type)}`}`);
		const { status, text, headers } = response;
		expect([status, text, headers.get('allow'), headers.get('content-type')]).toEqual([405, PLAIN, 'GET', type]);
	}
);

test.each([
	['405', '/read-only', {}, 405],
	['200 that the client already has', '/tagged', { 'if-none-match': '"7"' }, 304]
])('a %s does not stay in progress', async (_, path, headers, status) => {
	expect(await statusesOf(path, headers)).toEqual(new Set([status]));
});

test('only a 200 that the client already has becomes 304: a 201 with the same ETag keeps its body', async () => {
	const { status, text } = await portal.browser.call(at('/created-tagged'), { headers: { 'if-none-match': '"7"' } });
	expect([status, text]).toEqual([201, PLAIN]);
});

test('a refusal of the token ends the call to the backend, also if the STS refuses to replace the token', async () => {
	const { landscape, odd } = portal;
	landscape.sandbox.scenario('sts-error', { operation: 'token:refresh', error: 'invalid_grant' });
	const next = odd.next();
	const responded = portal.browser.call(at('/stranger-talks'));
	const { socket } = await next;
	await Promise.all([once(socket, 'close'), responded]);
	expect((await responded).status).toBe(401);
});
