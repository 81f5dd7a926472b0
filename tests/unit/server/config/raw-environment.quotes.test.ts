import { describe, expect, test } from 'vitest';
import { environmentNames } from '$lib/server/config/environment';
import { parseConfig } from '$lib/server/config/parse';
import { configFaults, environment } from '../configured';

const [older, newer] = ['kX2wq8Zr5mN1vB7tY4cE9sLhJ3dF6gPa0uQi', 'wB7tY4cE9sLhJ3dF6gPa0uQikX2wq8Zr5mN1'];
const faultOf = (name: string) => `${name}: has quotes around it, which would be part of the value; remove them`;

describe('a value in quotes', () => {
	test.each(environmentNames)('is a fault of %s', (name) => {
		for (const quote of ['"', "'"]) expect(configFaults({ [name]: `${quote}x${quote}` })).toContain(faultOf(name));
	});

	test.each(Object.entries(environment))('is the only fault of %s if it is valid without them', (name, value) => {
		expect(configFaults({ [name]: `'${value}'` })).toEqual([faultOf(name)]);
	});

	test.each([
		['AUTH_SECRET', `'${older} ${newer}'`],
		['AUTH_SECRET', `'${older}' '${newer}'`],
		['AUTH_SECRET', `"${older}"\n"${newer}"\n`],
		['STS_SCOPE', "'openid profile'"],
		['BACKENDS', `'{"grades": {"url": "https://grades.example.org", "token": "user"}}'`],
		['BACKENDS', '"{}"'],
		['BRAND_NAME', '\'{"nl": "Noord", "en": "North"}\''],
		['BRAND_NAME', '"{"nl": "Noord", "en": "North"}"'],
		['BRAND_NAME', '\'{"nl": "Foto\'s", "en": "Photos"}\''],
		['ADMIN_CLIENT_IDS', '""']
	])('%s=%s results in one fault', (name, value) => {
		expect(configFaults({ [name]: value })).toEqual([faultOf(name)]);
	});

	test('does not hide other faults, also of the same variable', () => {
		const faults = configFaults({ AUTH_URL: "'nonsense'", AUTH_SECRET: "''", PORT: '"x"' });
		expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(
			['AUTH_SECRET', 'AUTH_URL', 'PORT'].flatMap((name) => [name, name])
		);
	});

	test('is a fault of the variable that is set, also by an older name', () => {
		const faults = configFaults({ AUTH_SECRET: undefined, NEXTAUTH_SECRET: `'${older}'` });
		expect(faults).toEqual([faultOf('NEXTAUTH_SECRET')]);
	});

	test('is no matter of the portal in a variable of another program', () => {
		expect(configFaults({ PS1: "'$ '" })).toEqual([]);
	});
});

describe('quotes that are part of a value are kept', () => {
	test.each(['"Naam" en "eduID"', 'De "Noord"', '"Noord', "'s-Hertogenbosch", '"'])('in the text %s', (text) => {
		expect(parseConfig({ ...environment, BRAND_NAME: text }).brand.name).toEqual({ nl: text, en: text });
	});

	test.each(["'a'b'", `'a"`, "a'b'", '"'])('in the secret %s', (secret) => {
		expect(parseConfig({ ...environment, STS_CLIENT_SECRET: secret }).sts).toMatchObject({ clientSecret: secret });
	});
});
