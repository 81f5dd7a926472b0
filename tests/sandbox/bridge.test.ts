import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from './browser.ts';
import { BridgeCaller } from './bridge-caller.ts';
import { federatedSubject } from './identity.ts';
import { startSandbox, type Sandbox } from './index.ts';
import { parsed } from './parsed.ts';
import { personById } from './people.ts';

const anyPort = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
const portalUrl = 'http://localhost:3000';

describe.each(['doc', 'field'] as const)('the Bridge in the %s dialect', (dialect) => {
	const doc = dialect === 'doc';
	let sandbox: Sandbox;
	let bridge: BridgeCaller;

	beforeAll(async () => {
		sandbox = await startSandbox({ ...anyPort, dialect, portalUrl });
		bridge = new BridgeCaller(sandbox);
	});
	afterAll(() => sandbox.stop());
	beforeEach(() => sandbox.reset());

	/** Opens the address that `idv/initiate` returns and submits a button; ends at the portal's callback. */
	async function visitInstitution(id: string, decision: string): Promise<URL> {
		const redirectUri = `${portalUrl}/api/wallet/sessions/${id}/idv/callback`;
		const { body } = await bridge.initiate(id, redirectUri);
		const browser = new Browser(portalUrl);
		const page = await browser.open(String(body[doc ? 'authorizationUrl' : 'redirectUrl']));
		expect(page.text).toContain('Confirm your identity');
		return (await browser.submit(page, { decision })).url;
	}

	/** What the portal does with the return in the `doc` dialect; in `field` the STS has done it. */
	async function passOn(back: URL): Promise<number> {
		return doc ? (await bridge.call('GET', `/auth/oid4vp/idv/callback${back.search}`)).status : 200;
	}

	test('a known wallet is completed at once, and harmlessly twice', async () => {
		const { id, status, body } = await bridge.create();
		expect(status).toBe(doc ? 200 : 201);
		expect(body.requestUri).toBe(`${sandbox.bridgeUrl}/wallet?request=${id}`);
		expect(String(body.qrCodeDataUri)).toMatch(/^data:image\/svg\+xml;base64,/);

		expect((await bridge.complete(id)).status).toBe(400);
		sandbox.openWallet(id);
		expect((await bridge.status(id)).body.status).toBe('INTERACTION_STARTED');
		sandbox.share(id, 'known-student');
		expect((await bridge.status(id)).body.status).toBe('VERIFIED');
		const completed = await bridge.complete(id);
		expect(completed.status).toBe(200);
		expect(completed.body).toMatchObject({ isNewUser: false, claims: { given_name: 'Sanne' } });
		expect((await bridge.complete(id)).status).toBe(200);
		expect(sandbox.counts().statusReads[id]).toBe(2);
	});

	test('an unknown wallet is linked by a visit to the institution, and known the next time', async () => {
		const id = await bridge.shared('unknown-student');
		expect((await bridge.status(id)).body.status).toBe(doc ? 'IDV_REQUIRED' : 'VERIFIED');
		const need = await bridge.complete(id);
		expect(need.status).toBe(202);
		expect(need.body).toMatchObject({ status: 'IDV_REQUIRED', reason: 'FIRST_TIME_LINK' });

		const back = await visitInstitution(id, 'confirmed');
		expect(back.pathname).toBe(doc ? `/api/wallet/sessions/${id}/idv/callback` : '/login');
		expect(await passOn(back)).toBe(200);
		expect((await bridge.status(id)).body.status).toBe(doc ? 'VERIFIED' : 'COMPLETED');
		expect((await bridge.complete(id)).body.isNewUser).toBe(true);

		const next = await bridge.shared('unknown-student');
		expect((await bridge.complete(next)).status).toBe(200);
	});

	test('a refusal at the institution ends the session', async () => {
		const id = await bridge.shared('unknown-student');
		await bridge.complete(id);
		const back = await visitInstitution(id, 'refused');
		expect(await passOn(back)).toBe(doc ? 422 : 200);
		expect(back.searchParams.get(doc ? 'error' : 'idv')).toBe(doc ? 'access_denied' : 'failed');
		expect((await bridge.status(id)).body.status).toBe('FAILED');
		expect((await bridge.complete(id)).status).toBe(400);
	});

	test.each(['already-linked', 'assurance-too-low'] as const)('%s ends the session after the visit', async (name) => {
		sandbox.scenario(name);
		const id = await bridge.shared('unknown-student');
		await bridge.complete(id);
		await passOn(await visitInstitution(id, 'confirmed'));
		expect(sandbox.session(id)).toMatchObject({ status: 'FAILED', errorCode: name.replaceAll('-', '_') });
	});

	test('a wrong state is no way back', async () => {
		sandbox.scenario('idv-wrong-state');
		const id = await bridge.shared('unknown-student');
		await bridge.complete(id);
		const back = await visitInstitution(id, 'confirmed');
		expect(await passOn(back)).toBe(doc ? 400 : 200);
		expect(back.searchParams.get('wallet_session')).not.toBe(id);
	});

	test('an employee is linked by confirming, without a visit', async () => {
		const id = await bridge.shared('unknown-employee');
		await bridge.complete(id);
		expect((await bridge.idvStatus(id)).body).toMatchObject({
			status: 'IDV_REQUIRED',
			planType: 'MANUAL_REVIEW',
			idvRequirementReason: 'FIRST_TIME_LINK'
		});
		const { body } = await bridge.initiate(id);
		expect(body.redirectUrl ?? body.authorizationUrl).toBeUndefined();
		expect((await bridge.submit(id, { confirm: false })).status).toBe(400);
		expect((await bridge.submit(id, { confirm: true })).body.status).toBe(doc ? 'VERIFIED' : 'COMPLETED');
		expect((await bridge.complete(id)).status).toBe(200);
	});

	test('one of several candidates is right', async () => {
		const id = await bridge.shared('several-candidates');
		await bridge.complete(id);
		const { candidates } = (await bridge.idvStatus(id)).body;
		expect(candidates).toHaveLength(3);
		expect((await bridge.submit(id, { candidateId: 'candidate-9' })).status).toBe(400);
		await bridge.submit(id, { candidateId: 'candidate-2' });
		expect((await bridge.complete(id)).status).toBe(200);

		const other = await bridge.create();
		sandbox.scenario('several-candidates');
		sandbox.share(other.id, 'unknown-employee');
		await bridge.complete(other.id);
		expect((await bridge.submit(other.id, { candidateId: 'candidate-1' })).status).toBe(422);
		expect(sandbox.session(other.id)).toMatchObject({ status: 'FAILED', errorCode: 'no_match' });
	});

	test.each([
		['review-approves', doc ? 'VERIFIED' : 'COMPLETED'],
		['review-rejects', 'FAILED'],
		['review-never', 'RECONCILING']
	] as const)('with %s the reviewer leaves it at %s', async (scenario, ending) => {
		sandbox.scenario(scenario);
		const id = await bridge.shared('unknown-employee');
		await bridge.complete(id);
		expect((await bridge.submit(id, { fields: { employee_number: '42' } })).body.status).toBe('RECONCILING');
		await bridge.idvStatus(id);
		expect((await bridge.status(id)).body.status).toBe('RECONCILING');
		expect((await bridge.idvStatus(id)).body.status).toBe(ending);
	});

	test('an expired credential is refused, an expired binding asks for a step-up', async () => {
		const refused = await bridge.shared('expired-credential');
		expect((await bridge.status(refused)).body.status).toBe('VP_VALIDATION_FAILED');
		const id = await bridge.shared('expired-binding');
		expect((await bridge.complete(id)).body.reason).toBe('EXPIRED_BINDING');
		await passOn(await visitInstitution(id, 'confirmed'));
		expect((await bridge.complete(id)).status).toBe(200);
	});

	test('every reason and plan can be forced', async () => {
		const forced = await bridge.create({ queryId: 'eduid', forceReconciliation: true });
		sandbox.share(forced.id, 'known-student');
		expect((await bridge.complete(forced.id)).body.reason).toBe('FORCED_RECONCILIATION');

		sandbox.scenario('plan', { planType: 'SKIP_RECONCILIATION', reason: 'FIRST_TIME_LINK' });
		const skipped = await bridge.shared('unknown-student');
		expect((await bridge.complete(skipped)).status).toBe(202);
		expect((await bridge.initiate(skipped)).status).toBe(200);
		expect((await bridge.complete(skipped)).status).toBe(200);

		sandbox.scenario('plan', { planType: 'FAIL_CLOSED', reason: 'FIRST_TIME_LINK' });
		const closed = await bridge.shared('unknown-student');
		await bridge.complete(closed);
		expect((await bridge.initiate(closed)).status).toBe(422);
	});

	test('a second 202 after a finished visit is possible', async () => {
		sandbox.scenario('second-202');
		const id = await bridge.shared('unknown-student');
		await bridge.complete(id);
		await passOn(await visitInstitution(id, 'confirmed'));
		expect((await bridge.complete(id)).status).toBe(202);
	});

	test('an expired session is not found, and an answer then comes too late', async () => {
		const { id } = await bridge.create();
		sandbox.advance(id, 290);
		sandbox.openWallet(id);
		expect(sandbox.session(id)?.expiresAt).toBeGreaterThan(Date.now() + 50_000);
		sandbox.expire(id);
		expect((await bridge.status(id)).status).toBe(404);
		expect(sandbox.share(id, 'known-student')).toBe('expired');
	});

	test('the phone can act by itself, one step per status read', async () => {
		const statuses = async (reads: number) => {
			const { id } = await bridge.create();
			const seen: unknown[] = [];
			for (let read = 0; read < reads; read += 1) seen.push((await bridge.status(id)).body.status);
			return seen;
		};
		sandbox.scenario('wallet-declined', { times: 1 });
		expect(await statuses(2)).toEqual(['INTERACTION_STARTED', 'FAILED']);
		sandbox.scenario('wallet-shares', { times: 1, person: 'known-student' });
		expect(await statuses(2)).toEqual(['INTERACTION_STARTED', 'VERIFIED']);
		sandbox.scenario('answer-twice', { times: 1 });
		expect(await statuses(3)).toEqual(['INTERACTION_STARTED', 'VERIFIED', 'VERIFIED']);
		sandbox.scenario('answer-after-expiry', { times: 1 });
		expect(await statuses(3)).toEqual(['INTERACTION_STARTED', undefined, undefined]);
	});

	test('bindings belong to a person, and are removed whoever asks', async () => {
		const subject = encodeURIComponent(federatedSubject(personById('known-student')));
		const list = async () => {
			const response = await fetch(`${sandbox.bridgeUrl}/internal/bindings/${subject}`);
			return parsed(response, v.array(v.looseObject({ id: v.string() })));
		};
		const [binding] = await list();
		expect(binding).toMatchObject({ providerId: 'eduid-wallet', institutionId: 'uni-noord' });
		const path = `/internal/bindings/someone-else/${binding?.id ?? ''}`;
		expect((await bridge.call('DELETE', path)).status).toBe(200);
		expect(await list()).toEqual([]);
		const id = await bridge.shared('known-student');
		expect((await bridge.complete(id)).status).toBe(202);
	});

	test('errors come in the shape of the dialect, in the old one, and all as 500', async () => {
		const missing = () => bridge.status('00000000000000000000000000000000');
		expect((await missing()).body).toMatchObject(
			doc ? { error: { code: 'SESSION_NOT_FOUND', details: {} } } : { error: 'session_not_found' }
		);
		sandbox.scenario('bridge-500-for-everything');
		expect((await missing()).status).toBe(500);
		sandbox.reset();
		sandbox.scenario('bridge-old-shape');
		expect((await missing()).body).toMatchObject({ code: '404' });
	});

	test("personal data shows up in the field's status, and the need only after complete", async () => {
		const id = await bridge.shared('unknown-student');
		const { body } = await bridge.status(id);
		expect('mappedClaims' in body).toBe(!doc);
		expect(body.idvRequired).toBe(doc ? true : undefined);
		expect(typeof body.expiresAt).toBe(doc ? 'undefined' : 'number');
	});

	test('the query id is required where the description says so', async () => {
		expect((await bridge.create({})).status).toBe(doc ? 400 : 201);
	});
});
