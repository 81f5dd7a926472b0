import { expect } from '@playwright/test';
import { expectSignedIn, signInAtInstitution } from '../e2e/support/steps.ts';
import { callBackend } from './support/echo-backend.ts';
import { test } from './support/journey.ts';

test('every call to another host uses the proxy, except to hosts in NO_PROXY', async ({
	page,
	landscape,
	wallet,
	egress
}) => {
	await wallet.start();
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	for (const name of ['inside', 'outside']) await callBackend(page, name, '/notes');

	const bridge = egress === 'http proxy' ? 'bridge.example.test' : 'bridge.example.test:443';
	const others = ['endpoints', 'outside', 'sts'].map((name) => `${name}.example.test:443`);
	const hosts = new Set(landscape.proxy?.requests.map((request) => request.replace(/^[A-Z]+ /, '')));
	expect([...hosts].sort()).toEqual([bridge, ...others]);
});
