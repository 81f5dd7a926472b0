import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { challengeIn } from '$lib/server/backends/step-up';
import { assertProperty } from '../../../harness/property';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$env/dynamic/private', () => ({ env: {} }));

const ERROR = 'error="insufficient_user_authentication"';
const read = (header: string) => challengeIn(new Headers({ 'www-authenticate': header }));
const any = { acr: [], maxAgeSeconds: null };

describe('the challenge of a backend', () => {
	test.each([
		[`Bearer ${ERROR}, error_description="A different level", acr_values="a b", max_age="5"`, ['a', 'b'], 5],
		['bearer error=insufficient_user_authentication,max_age=0', [], 0],
		[`Basic realm="x, Bearer ${ERROR.replaceAll('"', "'")}", Bearer realm="y", ${ERROR}, acr_values="a"`, ['a'], null],
		[`DPoP algs="ES256", ${ERROR}, ACR_VALUES="a"`, ['a'], null],
		[`Bearer ${ERROR}, max_age=999999999`, [], 86_400]
	])('is read from %s', (header, acr, maxAgeSeconds) => {
		expect(read(header)).toEqual({ acr, maxAgeSeconds });
	});

	test('may have no specific requirement', () => {
		expect(read(`Bearer ${ERROR}`)).toEqual(any);
	});

	test.each([
		'',
		'Bearer',
		'Bearer error="invalid_token", acr_values="a"',
		`Basic ${ERROR}, acr_values="a"`,
		`Bearer error_description="${ERROR.replaceAll('"', '\\"')}", acr_values="a"`,
		`Bearer ${ERROR}, max_age="1e3"`,
		`Bearer ${ERROR}, max_age=-1`,
		`Bearer ${ERROR}, acr_values="${'a'.repeat(129)}"`,
		`Bearer ${ERROR}, acr_values="${'a '.repeat(11)}"`,
		`Bearer ${ERROR}, acr_values="${Array.from({ length: 6 }, () => 'a'.repeat(100)).join(' ')}"`,
		`Bearer ${ERROR}, acr_values="a\\"b"`,
		`Bearer ${ERROR}, acr_values="a", x="${'x'.repeat(4096)}"`
	])('is ignored if it is another one, or has values that are not sent to the STS: %s', (header) => {
		expect(read(header)).toBeNull();
	});

	test('with any text results in at most ten short values', async () => {
		const text = fc.string({ unit: fc.constantFrom(...'Bearer= ",\\max_age0'.split(''), ERROR, 'acr_values="') });
		await assertProperty(
			fc.property(text, (odd) => {
				const found = read(`Bearer ${ERROR}, ${odd}`.replaceAll('\n', ''));
				expect(found?.acr.every((value) => /^[!#-[\]-~]{1,128}$/.test(value)) ?? true).toBe(true);
				expect(found?.acr.length ?? 0).toBeLessThanOrEqual(10);
			})
		);
	});
});
