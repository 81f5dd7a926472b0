import { beforeEach, expect, test, vi } from 'vitest';
import { verifyLogoutToken } from '$lib/server/sts/logout-token';
import { verifySignedToken } from '$lib/server/sts/tokens';
import { config, configure, environment } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/sts/tokens', () => ({ verifySignedToken: vi.fn() }));

configure({ ...environment });
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const good = () => ({
	iss: config().sts.issuer,
	aud: config().sts.clientId,
	iat: 1,
	jti: 'j',
	sub: 's',
	events: { [EVENT]: {} }
});
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: object, header: object = {}) =>
	`${base64url({ alg: 'ES256', ...header })}.${base64url(claims)}.c2ln`;

beforeEach(() => {
	vi.mocked(verifySignedToken).mockReset().mockResolvedValue(good());
});

test.each([
	['another issuer', { iss: 'https://other.example' }, {}],
	['an issuer that is not a URL', { iss: 'other' }, {}],
	['no issuer', { iss: undefined }, {}],
	['another audience', { aud: 'another' }, {}],
	['other audiences', { aud: ['another', 'third'] }, {}],
	['no audience', { aud: undefined }, {}],
	['no logout event', { events: {} }, {}],
	['a nonce, as an ID token has', { nonce: 'n' }, {}],
	['neither a session nor a subject', { sub: undefined }, {}],
	['the type of an access token', {}, { typ: 'at+jwt' }]
])('a token with %s is refused before keys are loaded', async (_, claims, header) => {
	await expect(verifyLogoutToken(token({ ...good(), ...claims }, header))).rejects.toThrow();
	expect(verifySignedToken).not.toHaveBeenCalled();
});

test('a time of issue with decimals is read in whole seconds, as revocations are stored', async () => {
	vi.mocked(verifySignedToken).mockResolvedValue({ ...good(), iat: 1_700_000_000.000_25 });
	expect(await verifyLogoutToken(token(good()))).toMatchObject({ iat: 1_700_000_000 });
});

test.each([
	['no type', {}, {}],
	['the type JWT', {}, { typ: 'JWT' }],
	['the type logout+jwt', {}, { typ: 'logout+jwt' }],
	['several audiences', { aud: ['another', environment.STS_CLIENT_ID] }, {}]
])('the signature of a token with %s is verified', async (_, claims, header) => {
	const text = token({ ...good(), ...claims }, header);
	await expect(verifyLogoutToken(text)).resolves.toMatchObject({ sub: 's' });
	expect(verifySignedToken).toHaveBeenCalledExactlyOnceWith(text, expect.objectContaining({ from: 'untrusted' }));
});
