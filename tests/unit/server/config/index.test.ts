import { expect, test, vi } from 'vitest';
import { config } from '$lib/server/config';

const env = vi.hoisted(() => ({
	AUTH_URL: 'https://portal.example.org',
	AUTH_SECRET: 'q9ZxA7vK2mNc5rTb8sWd1eYf4gHj6kLp3oQu0iVaXyRtEwMn',
	STS_ISSUER_URL: 'https://sts.example.org',
	STS_CLIENT_ID: 'portal-frontend',
	STS_CLIENT_SECRET: 'portal-frontend-secret',
	AUTH_BRIDGE_URL: 'https://bridge.example.org'
}));
vi.mock('$env/dynamic/private', () => ({ env }));

test('the environment is parsed on the first call, and not again', () => {
	expect(config().origin).toBe('https://portal.example.org');
	env.AUTH_URL = 'https://elsewhere.example.org';
	expect(config().origin).toBe('https://portal.example.org');
});
