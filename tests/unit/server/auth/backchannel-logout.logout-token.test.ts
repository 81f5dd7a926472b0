import { beforeEach, expect, test, vi } from 'vitest';
import { revokeByLogoutToken } from '$lib/server/auth/backchannel-logout';
import { verifySignedToken } from '$lib/server/sts/tokens';
import { config, configure, environment } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/sts/tokens', () => ({ verifySignedToken: vi.fn() }));

configure({ ...environment });
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const good = () => ({
	iss: config().sts.issuer,
	aud: config().sts.clientId,
	iat: Math.floor(Date.now() / 1000),
	jti: crypto.randomUUID(),
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
	await expect(revokeByLogoutToken(token({ ...good(), ...claims }, header), 'r1')).rejects.toMatchObject({
		status: 400
	});
	expect(verifySignedToken).not.toHaveBeenCalled();
});

test('a token for another authorized party is refused', async () => {
	const isFor = (azp: string) => {
		vi.mocked(verifySignedToken).mockResolvedValue({ ...good(), azp });
		return revokeByLogoutToken(token(good()), 'r1');
	};
	await expect(isFor('another-client')).rejects.toMatchObject({ status: 400 });
	await expect(isFor(config().sts.clientId)).resolves.toBeUndefined();
});

test.each([
	['no type', {}, {}],
	['the type JWT', {}, { typ: 'JWT' }],
	['the type logout+jwt', {}, { typ: 'logout+jwt' }],
	['several audiences', { aud: ['another', environment.STS_CLIENT_ID] }, {}]
])('the signature of a token with %s is verified', async (_, claims, header) => {
	const text = token({ ...good(), ...claims }, header);
	await expect(revokeByLogoutToken(text, 'r1')).resolves.toBeUndefined();
	expect(verifySignedToken).toHaveBeenCalledExactlyOnceWith(text, expect.objectContaining({ from: 'untrusted' }));
});
