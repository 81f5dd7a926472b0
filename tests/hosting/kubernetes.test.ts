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
/** Gateway API is an extension: its schemas are not part of Kubernetes. */
const builtIn = manifests.filter((file) => file !== 'gateway.yaml');
/** One of these routes requests to the portal. */
const ROUTES = ['gateway.yaml', 'ingress.yaml'];

describe('the Kubernetes manifests', () => {
	test('are all named by the kustomization, with one of the two ways to route requests', () => {
		const named = [...read('kustomization.yaml').matchAll(/^ {2}- (\w+\.yaml)$/gm)].map(([, file = '']) => file);
		expect(named.filter((file) => ROUTES.includes(file))).toEqual(['gateway.yaml']);
		expect([...named, 'ingress.yaml'].sort()).toEqual(manifests.sort());
	});

	describe.runIf(program !== undefined)('match the schema of', () => {
		test.each(VERSIONS.flatMap((version) => builtIn.map((file) => [version, file] as const)))(
			'Kubernetes %s: %s',
			(version, file) => {
				const { status, stdout, stderr } = spawnSync(program ?? '', ['--strict', '-k', version, join(folder, file)], {
					encoding: 'utf8'
				});
				expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('passed for resource')]);
			}
		);
	});

	test('run the portal unprivileged, with a read-only root file system', () => {
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

	test('use a readiness probe that does not depend on other services', () => {
		expect(read('deployment.yaml')).toMatch(
			/readinessProbe:\n\s+httpGet:\n\s+path: \/api\/health\/ready\?scope=instance\n/
		);
	});

	test('do not remove pods that are only busy', () => {
		const probe = (name: string) =>
			read('deployment.yaml')
				.split(`${name}:`)[1]
				?.split(/Probe:|resources:/)[0] ?? '';
		const seconds = (name: string, key: string) => Number(new RegExp(`${key}: (\\d+)`).exec(probe(name))?.[1]);
		expect(seconds('readinessProbe', 'timeoutSeconds')).toBeGreaterThanOrEqual(3);
		expect(seconds('readinessProbe', 'failureThreshold')).toBeGreaterThanOrEqual(3);
		expect(seconds('livenessProbe', 'timeoutSeconds')).toBeGreaterThanOrEqual(10);
		expect(seconds('livenessProbe', 'failureThreshold')).toBeGreaterThanOrEqual(6);
	});

	test('route https to a port of the service, without a limit for event streams, and redirect http', () => {
		const [gateway = '', route = '', redirect = ''] = read('gateway.yaml').split(/^---$/m);
		expect([...gateway.matchAll(/^ {4}- name: (\w+)$/gm)].map(([, name]) => name)).toEqual(['http', 'https']);
		expect([route, redirect].map((text) => /sectionName: (\w+)/.exec(text)?.[1])).toEqual(['https', 'http']);
		const [, port = ''] = /port: (\d+)/.exec(read('service.yaml')) ?? [];
		expect(route).toMatch(new RegExp(`backendRefs:\\s+- name: wallet-portal\\s+port: ${port}\\n`));
		expect(route).toMatch(/timeouts:\s+request: 0s/);
		expect(redirect).toMatch(/requestRedirect:\s+scheme: https/);
	});

	test('select the pods of the deployment', () => {
		const label = 'app.kubernetes.io/name: wallet-portal';
		for (const file of ['service.yaml', 'networkpolicy.yaml', 'poddisruptionbudget.yaml']) {
			const [, spec = ''] = read(file).split(/^spec:$/m);
			expect(spec).toContain(label);
		}
	});
});

/** docs/operations.md, "Memory": of a process, of an event stream, and for caches and requests in progress, and request bodies. */
const BASE_BYTES = 110e6;
const STREAM_BYTES = 29e3;
const ROOM_BYTES = 200e6 + 32 * 1024 ** 2;
const MIB = 1024 ** 2;

describe('portal.env', () => {
	let secrets = '';
	beforeAll(() => {
		secrets = mkdtempSync(join(tmpdir(), 'secrets-'));
	});
	afterAll(() => rmSync(secrets, { recursive: true }));

	test('is a valid configuration, with the secrets where the deployment mounts them', () => {
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
		const { eventStreams, connections, requestsAtOnce } = config;
		expect(connections).toBeGreaterThan(eventStreams.maxPerProcess + requestsAtOnce);
		expect([config.secure, config.trustHost, config.store.redisUrl]).toEqual([true, true, 'redis://valkey:6379']);
	});

	test('fits the memory limit of the deployment', () => {
		const alerts = readFileSync(join(folder, '../prometheus/alerts.yml'), 'utf8');
		const limit = Number(/limits:\n +memory: (\d+)Mi$/m.exec(read('deployment.yaml'))?.[1]) * MIB;
		const { EVENT_STREAMS, NODE_OPTIONS = '' } = parseEnv(read('portal.env'));
		const heap = Number(/^--max-old-space-size=(\d+)$/.exec(NODE_OPTIONS)?.[1]) * MIB;
		// Below the share of the limit at which docs/hosting/prometheus/alerts.yml advises an alert.
		const [, share] = /container_spec_memory_limit_bytes > (0\.\d+)/.exec(alerts) ?? [];
		expect(BASE_BYTES + Number(EVENT_STREAMS) * STREAM_BYTES + ROOM_BYTES).toBeLessThan(Number(share) * limit);
		expect(heap).toBeLessThanOrEqual(0.8 * limit);
	});
});
