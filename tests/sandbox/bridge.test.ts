import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { BridgeCaller } from './bridge-caller.ts';
import { federatedSubject } from './identity.ts';
import { startSandbox, type Sandbox } from './index.ts';
import { personById } from './people.ts';
import { addressAfter, portalUrl } from './relying-party.ts';

// A smoke test of both dialects, and the refusals without which tests of the portal would pass for no reason.
describe.each(['doc', 'field'] as const)('the Bridge in the %s dialect', (dialect) => {
	const doc = dialect === 'doc';
	let sandbox: Sandbox;
	let bridge: BridgeCaller;

	beforeAll(async () => {
		const ports = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
		sandbox = await startSandbox({ ...ports, dialect, portalUrl });
		bridge = new BridgeCaller(sandbox);
	});
	afterAll(() => sandbox.stop());
	beforeEach(() => sandbox.reset());

	/** Confirms at the institution; returns the portal address that the browser is sent to. */
	async function visitInstitution(id: string): Promise<URL> {
		const { body } = await bridge.initiate(id, `${portalUrl}/api/wallet/sessions/${id}/idv/callback`);
		const browser = new Browser(portalUrl);
		const page = await browser.open(String(body[doc ? 'authorizationUrl' : 'redirectUrl']));
		return addressAfter(await browser.submit(page, { decision: 'confirmed' }, '', { stopBefore: '/' }));
	}

	/** What the portal does after the return in the `doc` dialect; in `field` the STS has done it. */
	async function finishIdv(back: URL): Promise<number> {
		return doc ? (await bridge.call('GET', `/auth/oid4vp/idv/callback${back.search}`)).status : 200;
	}

	test('completes a session with a known wallet once it is shared, and again with the same result', async () => {
		const { id, status, body } = await bridge.create();
		expect(status).toBe(doc ? 200 : 201);
		expect(String(body.qrCodeDataUri)).toMatch(/^data:image\/svg\+xml;base64,/);
		expect((await bridge.complete(id)).status).toBe(400);
		await sandbox.share(id, 'known-student');
		expect((await bridge.status(id)).body.status).toBe('VERIFIED');
		expect((await bridge.complete(id)).body).toMatchObject({ isNewUser: false, claims: { given_name: 'Sanne' } });
		expect((await bridge.complete(id)).status).toBe(200);
	});

	test('links an unknown wallet by a visit to the institution', async () => {
		const id = await bridge.shared('unknown-student');
		const { status, body } = await bridge.status(id);
		expect([status, body.status, 'mappedClaims' in body]).toEqual([200, doc ? 'IDV_REQUIRED' : 'VERIFIED', !doc]);
		expect((await bridge.complete(id)).body).toMatchObject({ status: 'IDV_REQUIRED', reason: 'FIRST_TIME_LINK' });
		expect(await finishIdv(await visitInstitution(id))).toBe(200);
		expect((await bridge.complete(id)).body.isNewUser).toBe(true);
	});

	test('refuses a return with a wrong state', async () => {
		sandbox.scenario('idv-wrong-state');
		const id = await bridge.shared('unknown-student');
		await bridge.complete(id);
		const back = await visitInstitution(id);
		expect(await finishIdv(back)).toBe(doc ? 400 : 200);
		expect(back.searchParams.get('wallet_session')).not.toBe(id);
	});

	test('links an employee only after a confirmation', async () => {
		const id = await bridge.shared('unknown-employee');
		await bridge.complete(id);
		expect((await bridge.idvStatus(id)).body).toMatchObject({ planType: 'MANUAL_REVIEW' });
		await bridge.initiate(id);
		expect((await bridge.submit(id, { confirm: false })).status).toBe(400);
		expect((await bridge.submit(id, { confirm: true })).body.status).toBe(doc ? 'VERIFIED' : 'COMPLETED');
		expect((await bridge.complete(id)).status).toBe(200);
	});

	test.each([
		['candidate-9', 400],
		['candidate-1', 422],
		['candidate-2', 200]
	])('accepts only the right one of several candidates (%s: %i)', async (candidateId, status) => {
		const id = await bridge.shared('several-candidates');
		await bridge.complete(id);
		expect((await bridge.submit(id, { candidateId })).status).toBe(status);
	});

	test('ends a session at its expiry: it is not found, and refuses a late wallet', async () => {
		const { id } = await bridge.create();
		sandbox.expire(id);
		expect((await bridge.status(id)).status).toBe(404);
		expect(await sandbox.share(id, 'known-student')).toBe('expired');
	});

	test('removes a binding without a check of its owner', async () => {
		const list = `${sandbox.bridgeUrl}/internal/bindings/${federatedSubject(personById('known-student'))}`;
		const [binding] = (await (await fetch(list)).json()) as { id: string }[];
		expect((await bridge.call('DELETE', `/internal/bindings/someone-else/${binding?.id ?? ''}`)).status).toBe(200);
		expect(await (await fetch(list)).json()).toEqual([]);
	});

	test('returns errors in the shape of the dialect, and in the old shape on request', async () => {
		const missing = () => bridge.status('0'.repeat(32));
		expect((await missing()).body).toMatchObject(
			doc ? { error: { code: 'SESSION_NOT_FOUND', details: {} } } : { error: 'session_not_found' }
		);
		sandbox.scenario('bridge-old-shape');
		expect((await missing()).body).toMatchObject({ code: '404' });
	});
});
