import { beforeEach, expect, test, vi } from 'vitest';
import { handOver } from '../../../src/lib/server/config/handover';
import { parseConfig } from '../../../src/lib/server/config/parse';

const env = {
	AUTH_URL: 'https://portal.example.org',
	AUTH_SECRET: 'q9ZxA7vK2mNc5rTb8sWd1eYf4gHj6kLp3oQu0iVaXyRtEwMn',
	STS_ISSUER_URL: 'https://sts.example.org',
	STS_CLIENT_ID: 'portal-frontend',
	STS_CLIENT_SECRET: 'portal-frontend-secret',
	AUTH_BRIDGE_URL: 'https://bridge.example.org'
};
vi.mock('$env/dynamic/private', () => ({ env }));

beforeEach(() => vi.resetModules());
const read = async () => (await import('../../../src/lib/server/config')).config();

test('without a server entry, as in dev, the environment is read', async () => {
	expect((await read()).origin).toBe('https://portal.example.org');
});

test('what the server entry has checked is what the application goes by', async () => {
	const checked = parseConfig({ ...env, AUTH_URL: 'https://elsewhere.example.org' });
	handOver(checked);
	expect(await read()).toBe(checked);
});
