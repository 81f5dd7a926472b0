import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { BackendSettings } from '$lib/server/config/backends';
import { Environment, environmentNames } from '$lib/server/config/environment';
import { secretFileNames } from '$lib/server/config/raw-environment';
import { parseConfig } from '$lib/server/config/parse';
import { root } from '../../../tasks/runtime.mjs';
import { environment } from '../configured';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const unquoted = (text: string) => text.replaceAll(/[`']/g, '');

/** The cells of each row of a document's table that begins with code. */
const rowsOf = (file: string) =>
	[...read(file).matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(/ *(?<!\\)\| */));

/** The default of each variable as docs/configuration.md has it, by name; one value in a row is that of all its variables. */
const documented = new Map(
	rowsOf('docs/configuration.md')
		.filter(([, required]) => required === 'yes' || required === 'no')
		.flatMap(([names = '', , defaults = '']) => {
			const short = [...names.matchAll(/`([A-Z_…]+)`/g)].map(([, name = '']) => name);
			const values = defaults.split(', ').map(unquoted);
			const ofEach = values.length === short.length ? values : short.map(() => unquoted(defaults));
			return short.map((name, index) => [fullName(name, short[0] ?? ''), ofEach[index]] as const);
		})
);

/** `…_SECRET` beside `AUTH_BRIDGE_CLIENT_ID` is the variable that begins most like it. */
function fullName(short: string, first: string): string {
	if (!short.startsWith('…')) return short;
	const inCommon = (name: string) => [...name].findIndex((letter, index) => letter !== first[index]);
	const candidates = environmentNames.filter((name) => name.endsWith(short.slice(1)));
	return candidates.sort((a, b) => inCommon(b) - inCommon(a))[0] ?? short;
}

/** Where the table says in words what follows from other variables, or what is shown without any. */
const inWords: Readonly<Record<string, string>> = {
	STS_INTERNAL_URL: 'the issuer',
	AUTH_BRIDGE_CLIENT_AUTH: 'STS_CLIENT_AUTH',
	SHUTDOWN_DELAY_SECONDS: '5 behind a proxy, else 0',
	SUPPORT_NAME: "the institution's help desk",
	SUPPORT_EMAIL: "the institution's help desk",
	SUPPORT_PHONE: "the institution's help desk",
	SUPPORT_URL: "the institution's help desk",
	PRIVACY_URL: "the portal's own page",
	ACCESSIBILITY_STATEMENT: 'status C, no organisation'
};

const isLowerCase = (name: string) => name === name.toLowerCase();
const isOwn = (name: string) => !name.startsWith('NEXTAUTH_') && !isLowerCase(name) && !secretFileNames.includes(name);
const names = environmentNames.filter(isOwn);
const defaultOf = (name: string) => v.getDefaults(Environment)[name as keyof v.InferOutput<typeof Environment>] ?? '';

describe('the default of every variable', () => {
	test.each(names)('%s matches docs/configuration.md', (name) => {
		const expected = inWords[name] === undefined ? defaultOf(name) : unquoted(inWords[name]);
		expect(documented.has(name), `docs/configuration.md has a row for ${name}`).toBe(true);
		expect(documented.get(name)).toBe(expected);
	});

	test('is empty if the documentation describes it in words', () => {
		expect(Object.keys(inWords).map(defaultOf)).toEqual(Object.keys(inWords).map(() => ''));
	});

	test('matches .env.example, except for the example of BACKENDS', () => {
		const lines = [...read('.env.example').matchAll(/^#([A-Z_]+)=(.*)$/gm)];
		const examples = new Map(lines.map(([, name = '', value = '']) => [name, unquoted(value)]));
		const withDefault = names.filter((name) => defaultOf(name) !== '' && name !== 'BACKENDS');
		expect(withDefault.map((name) => [name, examples.get(name)])).toEqual(
			withDefault.map((name) => [name, defaultOf(name)])
		);
	});

	test('of SHUTDOWN_DELAY_SECONDS is 5 behind a proxy, else 0', () => {
		const delayMs = (changes = {}) => parseConfig({ ...environment, ...changes }).shutdownDelayMs;
		expect([delayMs(), delayMs({ AUTH_TRUST_HOST: 'true' })]).toEqual([0, 5000]);
	});

	test('of AUTH_BRIDGE_CLIENT_AUTH is STS_CLIENT_AUTH, and of STS_INTERNAL_URL the issuer', () => {
		const client = { AUTH_BRIDGE_CLIENT_ID: 'c', AUTH_BRIDGE_CLIENT_SECRET: 's' };
		const { service, sts } = parseConfig({ ...environment, ...client, STS_CLIENT_AUTH: 'client_secret_basic' });
		expect(service.client.clientAuth).toBe('client_secret_basic');
		expect(sts.internal).toBe(sts.issuer);
	});
});

test('the settings of a backend in BACKENDS and their defaults match docs/backends.md', () => {
	const url = 'https://grades.example.org';
	const [backend] = parseConfig({ ...environment, BACKENDS: JSON.stringify({ a: { url, token: 'none' } }) }).backends;
	const given = ['name', 'url', 'token'];
	const defaults = Object.entries({ ...backend }).filter(([name]) => !given.includes(name));
	expect(defaults.length).toBeGreaterThan(3);
	const documented = new Map(
		rowsOf('docs/backends.md').flatMap(([names = '', value = '']) =>
			names.split(', ').map((name) => [unquoted(name), unquoted(value)])
		)
	);
	const undocumented = Object.keys(BackendSettings.entries).filter((name) => !documented.has(name));
	expect(undocumented, 'settings without a row in docs/backends.md').toEqual([]);
	expect(defaults.map(([name]) => [name, documented.get(name)])).toEqual(
		defaults.map(([name, value]) => [name, JSON.stringify(value)])
	);
});

/** The cells in one column of all tables in the section "Limits" of a document. */
function limitsIn(file: string, column: number): string {
	const section = read(file).split('\n## Limits\n')[1]?.split('\n## ')[0] ?? '';
	const lines = section.split('\n').filter((line) => line.startsWith('| '));
	return lines.map((line) => line.slice(1, -1).split('|').at(column)).join();
}

test('the limits in docs/security.md name as settings each variable of "Limits" in docs/configuration.md', () => {
	const variablesIn = (text: string) => [...text.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name);
	const settings = variablesIn(limitsIn('docs/security.md', -1));
	const variables = variablesIn(limitsIn('docs/configuration.md', 0));
	expect(variables.length).toBeGreaterThan(5);
	expect(variables.filter((name) => !settings.includes(name))).toEqual([]);
	expect(settings.filter((name) => !environmentNames.includes(name))).toEqual([]);
});
