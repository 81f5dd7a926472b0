import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { startKeycloakFront } from '../harness/keycloak-front.ts';
import { groupNames } from '../harness/keycloak-tokens.ts';
import type { AlteringProxy } from '../harness/proxy.ts';
import { runtime } from '../harness/runtime.ts';
import { startTied } from '../tasks/children.mjs';
import { denoBinary } from '../tasks/runtime.mjs';
import { copyOf, heldSession, tokensOver } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { actAsOne } from './support/shared-store.ts';
import { signOutDuring } from './support/store-outage.ts';
import { AUDIENCE } from './support/third-party.ts';

describe.skipIf(runtime !== 'deno')('two instances with Deno KV in one file', () => {
	let instances: Instances;
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-kv-'));
		instances = await startInstances(2, {
			runtime,
			env: { DENO_KV: join(folder, 'store.sqlite'), API_AUDIENCE: AUDIENCE }
		});
	});
	afterAll(async () => {
		await instances.stop();
		await rm(folder, { recursive: true, force: true });
	});

	actAsOne(() => instances);

	test('a sign-out while another program locks the file applies locally at once, and to both instances afterwards', async () => {
		instances.sandbox.reset();
		let unlock = () => Promise.resolve();
		const begin = async () => void (unlock = await lock(join(folder, 'store.sqlite')));
		await signOutDuring({ begin, end: () => unlock(), cause: /took longer|locked/ }, instances);
	});
});

describe.skipIf(runtime !== 'deno')('two instances that keep tokens in Deno KV', () => {
	let instances: Instances;
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-kv-'));
		const env = { DENO_KV: join(folder, 'store.sqlite'), SESSION_TOKENS: 'store', API_AUDIENCE: AUDIENCE };
		instances = await startInstances(2, { runtime, env });
	});
	afterAll(async () => {
		await instances.stop();
		await rm(folder, { recursive: true, force: true });
	});

	actAsOne(() => instances);
});

describe.skipIf(runtime !== 'deno')('two instances with Deno KV, and an STS whose tokens just fit into it', () => {
	let keycloak: AlteringProxy;
	let instances: Instances;
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-kv-'));
		instances = await startInstances(2, {
			runtime,
			env: async ({ stsUrl }) => {
				keycloak = await startKeycloakFront(stsUrl, () => groupNames(1000));
				return { STS_INTERNAL_URL: keycloak.url, DENO_KV: join(folder, 'store.sqlite') };
			}
		});
	});
	afterAll(async () => {
		await instances.stop();
		await keycloak.stop();
		await rm(folder, { recursive: true, force: true });
	});

	test('concurrent requests across both instances cause one token request, and all succeed', async () => {
		const browser = new Browser(instances.url);
		await signInAtInstitution(browser);
		expect((await heldSession(browser, instances)).accessToken.length).toBeGreaterThan(60_000);
		await tokensOver(browser, instances);
		const tabs = [...instances.urls, ...instances.urls, ...instances.urls].map((url) => copyOf(browser, url));
		const responses = await Promise.all(tabs.map((tab) => tab.call('/api/me')));
		expect(responses.map(({ status }) => status)).toEqual(tabs.map(() => 200));
		expect(instances.sandbox.counts().refreshGrants).toBe(1);
	});
});

/** Locks a SQLite file against writes until the returned function is called. */
async function lock(file: string): Promise<() => Promise<void>> {
	const program = `
		import { DatabaseSync } from 'node:sqlite';
		new DatabaseSync(${JSON.stringify(file)}).exec('BEGIN EXCLUSIVE');
		console.log('locked');
		setInterval(() => {}, 60_000);`;
	const child = startTied([denoBinary(), 'eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
	await once(child.stdout as NodeJS.ReadableStream, 'data');
	return async () => {
		const ended = once(child, 'exit');
		child.kill('SIGKILL');
		await ended;
	};
}
