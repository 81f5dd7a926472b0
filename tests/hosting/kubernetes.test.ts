import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/lib/server/config/parse.ts';
import { root } from '../tasks/runtime.mjs';

const folder = join(root, 'docs/hosting/kubernetes');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const manifests = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
/** The versions of Kubernetes whose schemas the manifests must match: the oldest supported one, and the newest. */
const VERSIONS = ['1.32', '1.36'];
const program = process.env.KUBERNETES_VALIDATE;

describe('the Kubernetes manifests', () => {
	test('are all named by the kustomization', () => {
		const named = [...read('kustomization.yaml').matchAll(/^ {2}- (\w+\.yaml)$/gm)].map(([, file = '']) => file);
		expect(named.sort()).toEqual(manifests.sort());
	});

	describe.runIf(program !== undefined)('match the schema of', () => {
		test.each(VERSIONS.flatMap((version) => manifests.map((file) => [version, file] as const)))(
			'Kubernetes %s: %s',
			(version, file) => {
				const { status, stdout, stderr } = spawnSync(program ?? '', ['--strict', '-k', version, join(folder, file)], {
					encoding: 'utf8'
				});
				expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('passed for resource')]);
			}
		);
	});

	test('run the portal without rights, with a read-only root', () => {
		const deployment = read('deployment.yaml');
		for (const setting of [
			'runAsNonRoot: true',
			'readOnlyRootFilesystem: true',
			'allowPrivilegeEscalation: false',
			'drop: [ALL]',
			'automountServiceAccountToken: false',
			'type: RuntimeDefault'
		])
			expect(deployment).toContain(setting);
	});

	test('ask for readiness in a way that does not depend on other services', () => {
		expect(read('deployment.yaml')).toMatch(
			/readinessProbe:\n\s+httpGet:\n\s+path: \/api\/health\/ready\?scope=instance\n/
		);
	});

	test('select the pods of the deployment', () => {
		const label = 'app.kubernetes.io/name: wallet-portal';
		for (const file of ['service.yaml', 'networkpolicy.yaml', 'poddisruptionbudget.yaml']) {
			const [, spec = ''] = read(file).split(/^spec:$/m);
			expect(spec).toContain(label);
		}
	});
});

describe('portal.env', () => {
	let secrets = '';
	beforeAll(() => {
		secrets = mkdtempSync(join(tmpdir(), 'secrets-'));
	});
	afterAll(() => rmSync(secrets, { recursive: true }));

	test('is a configuration that starts, with the secrets where the deployment mounts them', () => {
		const values = {
			'auth-secret': 'kX2wq8Zr5mN1vB7tY4cE9sLhJ3dF6gPa0uQi',
			'sts-client-secret': 'secret',
			'redis-url': 'redis://valkey:6379'
		};
		for (const [name, value] of Object.entries(values)) writeFileSync(join(secrets, name), value);
		const [, mountPath = ''] = /^ +mountPath: (\S+)$/m.exec(read('deployment.yaml')) ?? [];
		const text = read('portal.env');
		expect(text).toContain(`${mountPath}/`);
		const config = parseConfig(parseEnv(text.replaceAll(mountPath, secrets)));
		expect([config.secure, config.trustHost, config.store.redisUrl]).toEqual([true, true, 'redis://valkey:6379']);
	});
});
