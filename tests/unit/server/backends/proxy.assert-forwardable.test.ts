import { expect, test } from 'vitest';
import { assertForwardable, refusesToken } from '$lib/server/backends/proxy';
import { Problem } from '$lib/server/http/problem';

const refusal = (challenge?: string, status = 401) =>
	new Response(null, { status, ...(challenge !== undefined && { headers: { 'www-authenticate': challenge } }) });

test.each([
	undefined,
	'Bearer',
	'Bearer realm="x"',
	'Bearer realm="x", error="invalid_token"',
	'bearer error=invalid_token'
])('a 401 with the challenge %j may be about the token', (challenge) => {
	expect(refusesToken(refusal(challenge))).toBe(true);
});

test.each(['Basic realm="x"', 'Bearer error="insufficient_user_authentication"', 'Bearer error="invalid_request"'])(
	'a 401 with the challenge %j would also refuse another token',
	(challenge) => {
		expect(refusesToken(refusal(challenge))).toBe(false);
	}
);

test('a 403 is not about the token', () => {
	expect(refusesToken(refusal('Bearer error="invalid_token"', 403))).toBe(false);
});

test.each([200, 204, 206, 304, 400, 403, 404, 409, 410, 412, 422, 429])('a %i is forwarded', async (status) => {
	await expect(assertForwardable(new Response(null, { status }), 'grades')).resolves.toBeUndefined();
});

test.each([
	[401, 'upstream_invalid'],
	[407, 'upstream_invalid'],
	[500, 'upstream_invalid'],
	[501, 'upstream_invalid'],
	[502, 'upstream_invalid'],
	[503, 'upstream_unavailable'],
	[504, 'upstream_timeout']
])('a %i is reported as a fault behind the portal', async (status, code) => {
	const refused = assertForwardable(new Response('their words', { status }), 'grades');
	await expect(refused).rejects.toMatchObject({ code, facts: { backend: 'grades', status } });
});

test.each([
	['7', '7'],
	['Wed, 21 Oct 2026 07:28:00 GMT', '5'],
	['0x10', '5']
])('a busy backend with Retry-After "%s" results in Retry-After: %s', async (said, wanted) => {
	const response = new Response(null, { status: 503, headers: { 'retry-after': said } });
	const problem: unknown = await assertForwardable(response, 'grades').catch((error: unknown) => error);
	expect(problem instanceof Problem && problem.headers).toEqual({ 'retry-after': wanted });
});
