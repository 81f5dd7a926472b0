import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretFileNames } from '../../src/lib/server/config/raw-environment.ts';
import { root } from '../tasks/runtime.mjs';

const read = (file: string) => readFileSync(join(root, 'docs/hosting', file), 'utf8');
const unit = read('wallet-portal.service');
const doctor = read('wallet-portal-doctor.service');
const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;
/** The largest exposure that systemd may find, of 100. Without hardening it is 96. */
const MAX_EXPOSURE = '15';

let folder = '';

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'unit-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of a unit for this machine: systemd checks that the program exists. */
function installed(name: string, text: string): string {
	const file = join(folder, name);
	writeFileSync(file, text.replace('/usr/bin/node', process.execPath));
	return file;
}

test.runIf(isThere).each([
	['wallet-portal.service', unit],
	['wallet-portal-doctor.service', doctor]
])('%s passes systemd-analyze verify', (name, text) => {
	const { status, stderr } = spawnSync('systemd-analyze', ['verify', installed(name, text)], { encoding: 'utf8' });
	expect([status, stderr]).toEqual([0, '']);
});

describe('the systemd unit', () => {
	test.runIf(isThere)('passes systemd-analyze security', () => {
		const { status, stdout } = spawnSync(
			'systemd-analyze',
			['security', '--offline=true', `--threshold=${MAX_EXPOSURE}`, installed('wallet-portal.service', unit)],
			{ encoding: 'utf8' }
		);
		expect(stdout).toContain('→ Overall exposure level');
		expect(status).toBe(0);
	});

	test('starts the portal as npm start does', () => {
		const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
		const command = scripts.start.replace('exec node ', '').replace('build/', '/opt/wallet-portal/build/');
		expect(unit).toContain(`ExecStart=/usr/bin/node ${command}\n`);
	});

	test('gives the portal longer to stop than it needs behind a proxy', () => {
		const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
		expect(seconds).toBeGreaterThanOrEqual(30);
	});

	test('lets only a proxy on the same machine reach the port, unless portal.env sets another host', () => {
		expect(unit).toMatch(/^Environment=HOST=127\.0\.0\.1\nEnvironmentFile=/m);
	});

	test('restarts the portal after any exit except systemctl stop, because it exits with code 0 after a signal', () => {
		expect(unit).toMatch(/^Restart=always$/m);
	});

	test('names the file of each secret that it loads', () => {
		const credentials = [...unit.matchAll(/^LoadCredential=([\w-]+):/gm)].map(([, name = '']) => name);
		const variables = [...unit.matchAll(/^Environment=(\w+_FILE)=\/run\/credentials\/%n\/([\w-]+)$/gm)];
		expect(credentials.length).toBeGreaterThan(0);
		expect(variables.map(([, , name]) => name)).toEqual(credentials);
		expect(secretFileNames).toEqual(expect.arrayContaining(variables.map(([, variable]) => variable)));
	});
});

describe('the systemd unit of the doctor', () => {
	const ofService = (text: string) => text.slice(text.indexOf('[Service]')).split('\n');
	const shared = /^(?:Environment(?:File)?|LoadCredential|DynamicUser|RestrictAddressFamilies)=/;
	const sharedLines = (text: string) =>
		ofService(text).filter((line) => shared.test(line) && !line.includes('NODE_OPTIONS'));

	test('has the settings, the secrets and the network of the portal', () => {
		expect(sharedLines(doctor).length).toBeGreaterThan(0);
		expect(sharedLines(doctor)).toEqual(sharedLines(unit));
	});

	test('runs the doctor of the same build once', () => {
		expect(doctor).toMatch(/^Type=oneshot$/m);
		expect(doctor).toMatch(/^ExecStart=\/usr\/bin\/node \/opt\/wallet-portal\/build\/node\/doctor\.js$/m);
	});
});
