import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { secretNames } from '$lib/server/config/raw-environment';
import { configFaults, environment } from '../configured';

let folder = '';

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: string | Uint8Array): string {
	const file = join(folder, crypto.randomUUID());
	writeFileSync(file, content);
	return file;
}

/** The environment without a variable, which is in this file instead. */
function withFile(name: string, file: string): Record<string, string | undefined> {
	return { ...environment, [name]: undefined, [`${name}_FILE`]: file };
}

describe('a secret in a file', () => {
	test('is the content of the file, without white space at both ends', () => {
		const config = parseConfig(withFile('STS_CLIENT_SECRET', fileWith('\n a secret with spaces \r\n')));
		expect(config.sts).toMatchObject({ clientSecret: 'a secret with spaces' });
	});

	test('may have several lines if several values are allowed', () => {
		const [newest, oldest] = ['kX2wq8Zr5mN1vB7tY4cE9sLhJ3dF6gPa0uQi', 'wB7tY4cE9sLhJ3dF6gPa0uQikX2wq8Zr5mN1'];
		expect(parseConfig(withFile('AUTH_SECRET', fileWith(`${newest}\n${oldest}\n`))).secrets).toEqual([newest, oldest]);
	});

	test('may be behind a symbolic link, as in Kubernetes', () => {
		const link = join(folder, 'link');
		symlinkSync(fileWith('linked'), link);
		expect(parseConfig(withFile('STS_CLIENT_SECRET', link)).sts).toMatchObject({ clientSecret: 'linked' });
	});

	test('is listed in the configuration, so that the server gets a permission for the file', () => {
		const file = fileWith('redis://user:word@valkey:6379');
		const config = parseConfig({ ...environment, REDIS_URL_FILE: file });
		expect([config.store.redisUrl, config.secretFiles]).toEqual(['redis://user:word@valkey:6379', [file]]);
	});

	test.each(secretNames)('is validated like the variable %s', (name) => {
		const value = name.endsWith('_SECRET') ? '' : 'not an address:';
		const client = { AUTH_BRIDGE_CLIENT_ID: environment.STS_CLIENT_ID };
		const faults = configFaults({ ...withFile(name, fileWith(value)), ...client });
		expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}`))]);
	});
});

describe('an unusable secret file results in one fault, which shows neither path nor content', () => {
	const long = 'x'.repeat(65_537);
	test.each([
		['that does not exist', () => join(folder, 'nowhere'), "the file can't be read (ENOENT)"],
		[
			'that is a credential of a systemd unit which does not run',
			() => '/run/credentials/wallet-portal.service/nowhere',
			"the file can't be read (ENOENT; only the systemd unit that loads this credential can, while it runs)"
		],
		['that is a folder', () => folder, 'is not a regular file'],
		['that is a device', () => '/dev/zero', 'is not a regular file'],
		['that is empty', () => fileWith(''), 'the file is empty'],
		['with only white space', () => fileWith(' \n'), 'the file is empty'],
		['that is too large', () => fileWith(long), 'the file is larger than 65536 bytes'],
		[
			'that is not text',
			() => fileWith(new Uint8Array([255, 254, 0])),
			"the file can't be read (it is not UTF-8 text)"
		],
		['with quotes', () => fileWith("'old new'\n"), 'the file must contain only the value, without a name or quotes'],
		[
			'with the name of the variable',
			() => fileWith('STS_CLIENT_SECRET=secret'),
			'the file must contain only the value, without a name or quotes'
		],
		['with a relative path', () => 'secrets/client', 'must be the absolute path of a file']
	])('%s', (_, file, fault) => {
		expect(configFaults(withFile('STS_CLIENT_SECRET', file()))).toEqual([`STS_CLIENT_SECRET_FILE: ${fault}`]);
	});

	test('together with the variable itself', () => {
		expect(configFaults({ ...environment, AUTH_SECRET_FILE: fileWith('another secret') })).toEqual([
			'AUTH_SECRET_FILE: is set in addition to AUTH_SECRET; set only one'
		]);
	});

	test('together with the older name of the variable', () => {
		const older = { ...withFile('AUTH_SECRET', fileWith('x')), NEXTAUTH_SECRET: environment.AUTH_SECRET };
		expect(configFaults(older)).toEqual(['AUTH_SECRET_FILE: is set in addition to NEXTAUTH_SECRET; set only one']);
		const lower = { HTTPS_PROXY_FILE: fileWith('http://a'), https_proxy: 'http://b' };
		expect(configFaults(lower)).toEqual(['HTTPS_PROXY_FILE: is set in addition to https_proxy; set only one']);
	});

	test('together with faults of other variables, all of which are listed', () => {
		const faults = configFaults({ ...withFile('STS_CLIENT_SECRET', '/nowhere'), AUTH_URL: 'x', PORT: 'y' });
		expect(faults.map((fault) => fault.split(':')[0])).toEqual(['STS_CLIENT_SECRET_FILE', 'AUTH_URL', 'PORT']);
	});

	test('does not count as missing, so that no other variable is reported for it', () => {
		expect(configFaults({ REDIS_URL_FILE: '/nowhere', SESSION_TOKENS: 'store' })).toEqual([
			"REDIS_URL_FILE: the file can't be read (ENOENT)"
		]);
	});

	test('with content that the variable does not accept', () => {
		const faults = configFaults(withFile('AUTH_SECRET', fileWith('too short')));
		expect(faults).toEqual([expect.stringMatching(/^AUTH_SECRET_FILE: /)]);
		expect(configFaults(withFile('REDIS_URL', fileWith('http://redis')))).toEqual([
			expect.stringMatching(/^REDIS_URL_FILE: /)
		]);
	});
});
