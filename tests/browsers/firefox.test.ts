import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'vitest';
import { en } from '../../src/lib/i18n/index.ts';
import { startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { startTlsProxy } from '../harness/tls-proxy.ts';
import { startFirefox } from './firefox.ts';
import { describeJourneys } from './journeys.ts';
import { Visitor } from './visitor.ts';

describeJourneys('firefox', startFirefox);

test('a button that is pressed before the modules of the page have loaded opens the next page', async () => {
	let isSlow = false;
	const requests = new EventEmitter<{ module: []; health: [ServerResponse] }>();
	const moduleRequest = once(requests, 'module');
	// Firefox stops loading modules at the press; the page notices that, and asks whether the portal is there.
	const healthRequest = once(requests, 'health') as Promise<[ServerResponse]>;
	const landscape = await startLandscape({
		runtime,
		front: (port) =>
			startTlsProxy(port, {}, async ({ url = '', method }, response) => {
				if (url === '/api/health') requests.emit('health', response);
				if (method === 'POST' && url.startsWith('/login/identity')) await once((await healthRequest)[0], 'close');
				if (isSlow && /^\/_app\/immutable\/.*\.js$/.test(url)) {
					requests.emit('module');
					await once(response, 'close');
				}
			})
	});
	const engine = await startFirefox({ javaScript: true });
	const { url: portalUrl, sandbox } = landscape;
	const visitor = new Visitor(await engine.openWindow(), { portalUrl, sandbox, javaScript: true, tokens: () => [] });
	await visitor.startWallet();
	isSlow = true;
	await visitor.share('unknown-student');
	await visitor.expectPage(en.identity.explain.title);
	await moduleRequest;
	await visitor.click('button', en.identity.explain.button);
	await visitor.click('button', 'Confirm');
	await visitor.expectPage(en.account.title);
	await engine.stop();
	await landscape.stop();
});
