import { afterEach, expect, test, vi } from 'vitest';
import { examineSessionSize, examineTokenPlace } from '../../../src/doctor/session-size';
import { groupNames, keycloakTokens } from '../../harness/keycloak-tokens';
import { config, configure } from '../server/configured';

vi.mock('$lib/server/config', () => import('../server/configured'));
vi.mock('../../../src/lib/server/config', () => import('../server/configured'));
afterEach(() => configure());

const REDIS = { REDIS_URL: 'redis://redis:6379' };

function found(groups: number, environment: Readonly<Record<string, string>>) {
	configure(environment);
	const { accessToken, refreshToken, idToken } = keycloakTokens(groupNames(groups));
	const response = { access_token: accessToken, refresh_token: refreshToken, id_token: idToken };
	const { findings } = examineSessionSize(config(), JSON.stringify(response));
	return findings.map((finding) => JSON.stringify(finding)).join('\n');
}

test('small tokens fit in the session cookie, with or without a shared store', () => {
	for (const environment of [{}, REDIS]) {
		const text = found(0, environment);
		expect(text).toMatch(/takes \d+ of 4400 bytes of cookies/);
		expect(text).toContain('every proxy accepts it by default');
	}
});

test('larger tokens require a proxy setting or a shared store', () => {
	const text = found(200, {});
	expect(text).toContain('proxy_buffer_size');
	expect(text).toContain('REDIS_URL');
});

test('tokens that do not fit in the cookie require a shared store', () => {
	const text = found(500, {});
	expect(text).toContain('people can’t sign in');
	expect(text).toContain('REDIS_URL');
});

test('with a shared store, tokens of either size are stored there, and every proxy accepts the response', () => {
	for (const groups of [100, 500]) {
		const text = found(groups, REDIS);
		expect(text).toContain('go into the shared store');
		expect(text).toContain('every proxy accepts it by default');
	}
});

test('tokens that are too large for the shared store are reported', () => {
	expect(found(8000, REDIS)).toMatch(/do not fit the shared store: people can’t sign in/);
});

test('reports where tokens are stored if there are no tokens to measure', () => {
	configure({ ...REDIS, SESSION_TOKENS: 'store' });
	expect(examineTokenPlace(config()).message).toBe('The tokens of sessions go into the shared store.');
	configure(REDIS);
	expect(examineTokenPlace(config()).message).toContain('that do not fit the session cookie go into the shared store');
	configure();
	expect(examineTokenPlace(config()).message).toContain('go into the cookie');
});
