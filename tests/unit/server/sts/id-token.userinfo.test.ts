import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdentityClaims, withUserInfo } from '$lib/server/sts/id-token';
import { log } from '$lib/server/log';
import { fakeSts, ISSUER } from '../auth/fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));

const sts = await fakeSts();
sts.behaviour = {
	metadata: { userinfo_endpoint: `${ISSUER}/userinfo`, userinfo_signing_alg_values_supported: ['ES256'] }
};
let asked: number;
let respond: () => Response;

beforeEach(() => {
	asked = 0;
	vi.stubGlobal('fetch', (input: string, init: RequestInit) => {
		if (!input.endsWith('/userinfo')) return sts.fetch(input, init);
		asked++;
		return Promise.resolve(respond());
	});
});
afterEach(() => vi.restoreAllMocks());

const claims = (given: object) => v.parse(IdentityClaims, { sub: 'subject-1', acr: 'loa2', ...given });
const complete = (given: object) => withUserInfo(claims(given), 'the-access-token', 'r1');

describe('claims of an ID token', () => {
	test.each([{ name: 'Sanne' }, { eduid: 'e-1' }, { federated_subject: 'f-1' }])(
		'that names a person by %j are used unchanged',
		async (given) => {
			expect(await complete(given)).toEqual(claims(given));
			expect(asked).toBe(0);
		}
	);

	test('that names no person are completed from userinfo, and take precedence over it', async () => {
		respond = () => Response.json({ sub: 'subject-1', name: 'Sanne', eduid: 'e-1', acr: 'loa1' });
		expect(await complete({})).toMatchObject({ sub: 'subject-1', name: 'Sanne', eduid: 'e-1', acr: 'loa2' });
	});

	test.each([undefined, null, []])('without amr (%j) get that of userinfo', async (amr) => {
		respond = () => Response.json({ sub: 'subject-1', name: 'Sanne', amr: ['mfa'] });
		expect(await complete({ amr })).toMatchObject({ amr: ['mfa'] });
	});

	test('are completed from a userinfo response that is a signed token for this client (5.3.2), and from no other', async () => {
		vi.spyOn(log, 'warn').mockImplementation(() => {});
		const jwt = (body: string) => new Response(body, { headers: { 'content-type': 'application/jwt' } });
		const payload = { iss: ISSUER, aud: 'portal-client', sub: 'subject-1', name: 'Sanne' };
		const [own, foreign] = await Promise.all([sts.sign(payload), sts.sign({ ...payload, aud: 'another-client' })]);
		respond = () => jwt(own);
		expect(await complete({})).toMatchObject({ name: 'Sanne' });
		respond = () => jwt(foreign);
		expect(await complete({})).toEqual(claims({}));
	});

	test.each<[string, () => Response]>([
		['is for another person', () => Response.json({ sub: 'subject-2', name: 'Daan' })],
		['is 401', () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })],
		['is 403', () => Response.json({ error: 'insufficient_scope' }, { status: 403 })],
		['has no subject', () => Response.json({ name: 'Daan' })]
	])('stay unchanged if the userinfo response %s, which is logged', async (_, response) => {
		const warn = vi.spyOn(log, 'warn').mockImplementation(() => {});
		respond = response;
		expect(await complete({})).toEqual(claims({}));
		expect(warn).toHaveBeenCalledOnce();
	});

	test.each([500, 502, 503, 429])('are not enough while the userinfo endpoint responds with %d', async (status) => {
		respond = () => new Response('down', { status });
		await expect(complete({})).rejects.toThrow();
	});
});
