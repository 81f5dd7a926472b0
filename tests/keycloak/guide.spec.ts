import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { diagnose } from '../harness/doctor.ts';
import { freePort } from '../harness/free-port.ts';
import { startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import type { KeycloakAddress } from './support/admin.ts';
import { keycloakAddress, portalEnvironment, signIn, test } from './support/place.ts';
import { portalParts } from './support/realm-parts.ts';
import { useRealm } from './support/realm.ts';
import { tokenOf } from './support/third-party.ts';

const guide = await readFile(new URL('../../docs/keycloak.md', import.meta.url), 'utf8');

/** The guide's commands for an administrator, in order; the variables are the reader's own. */
const commands = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)]
	.map(([, block = '']) => block)
	.filter((block) => block.includes('kcadm.sh '))
	.map((block) => block.replace(/^[A-Z]+=.*\n/gm, ''));

async function follow({ url, password }: KeycloakAddress, program: string, portal: string, realm: string) {
	const folder = await mkdtemp(join(tmpdir(), 'kcadm-'));
	const run = spawnSync('bash', ['-euc', commands.join('\n')], {
		encoding: 'utf8',
		env: {
			...process.env,
			HOME: folder,
			PATH: `${program}:${process.env.PATH ?? ''}`,
			// Commands of a second each need no compiler.
			KC_OPTS: `-XX:TieredStopAtLevel=1 -Duser.home=${folder}`,
			KC_CLI_PASSWORD: password,
			KEYCLOAK: url,
			PORTAL: portal,
			REALM: realm
		}
	});
	await rm(folder, { recursive: true });
	expect(run.stderr).not.toMatch(/error|unknown/i);
	expect(run.status).toBe(0);
}

test('the commands of the guide turn an empty realm into the realm of these tests, and the portal works with it', async ({
	place
}) => {
	test.setTimeout(180_000);
	const program = process.env.KEYCLOAK_HOME ?? '';
	test.skip(program === '', 'kcadm.sh comes with a Keycloak that is started here');
	const keycloak = keycloakAddress();
	const port = await freePort();
	const portal = `http://localhost:${port}`;
	const name = `guide-${runtime}-${port}`;
	await follow(keycloak, join(program, 'bin'), portal, name);
	const realm = await useRealm(keycloak, name, { attributes: { eduid: ['urn:eduid:sanne'] } });
	expect(await portalParts(realm, portal)).toEqual(await portalParts(place.realm, place.landscape.url));

	const landscape = await startLandscape({ runtime, port, env: await portalEnvironment(realm) });
	const { bad } = await diagnose(landscape.env);
	expect(bad).toEqual([]);
	const visitor = new Browser(portal);
	await signIn(visitor, realm.person);
	const library = new ApiClient(portal, await tokenOf(realm, 'library-app', 'profile:read'));
	const responses = await Promise.all([visitor.call('/api/me'), library.call('/api/me')]);
	await landscape.stop();
	await realm.remove();
	expect(responses.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([
		{ user: { name: 'Sanne de Vries', eduid: 'urn:eduid:sanne', institution: 'uni-noord.example' } },
		{ clientId: 'library-app', scope: 'profile:read' }
	]);
});
