import { expect, test } from 'vitest';
import { startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';

test('the portal does not serve the state gallery', async () => {
	const portal = await startPortal({ runtime, env: bareEnvironment });
	const paths = ['/gallery', '/gallery/en/login', '/gallery/nl/error/fault'];
	const responses = await Promise.all(paths.map((path) => fetch(portal.url + path)));
	await portal.stop();
	expect(responses.map(({ status }) => status)).toEqual([404, 404, 404]);
});
