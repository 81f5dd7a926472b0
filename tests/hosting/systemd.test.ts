import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretFileNames } from '../../src/lib/server/config/raw-environment.ts';
import { root } from '../tasks/runtime.mjs';

const unit = readFileSync(join(root, 'docs/hosting/wallet-portal.service'), 'utf8');
const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;
/** The largest exposure that systemd may find, of 100. Without hardening it is 96. */
const MAX_EXPOSURE = '15';

describe('the systemd unit', () => {
	let folder = '';
	let file = '';

	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'unit-'));
		file = join(folder, 'wallet-portal.service');
		// systemd checks that the program exists.
		writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
	});
	afterAll(() => rmSync(folder, { recursive: true }));

	test.runIf(isThere)('passes systemd-analyze verify', () => {
		const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
		expect([status, stderr]).toEqual([0, '']);
	});

	test.runIf(isThere)('passes systemd-analyze security', () => {
		const { status, stdout } = spawnSync(
			'systemd-analyze',
			['security', '--offline=true', `--threshold=${MAX_EXPOSURE}`, file],
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

	test('names secrets that the portal reads from files', () => {
		const credentials = [...unit.matchAll(/^LoadCredential=([\w-]+):/gm)].map(([, name = '']) => name);
		const variables = credentials.map((name) => `${name.toUpperCase().replaceAll('-', '_')}_FILE`);
		expect(variables.length).toBeGreaterThan(0);
		expect(secretFileNames).toEqual(expect.arrayContaining(variables));
	});
});
