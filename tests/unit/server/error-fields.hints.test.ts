import { expect, test } from 'vitest';
import { errorFields } from '$lib/server/error-fields';

const withCode = (code: string) => errorFields(Object.assign(new Error('refused'), { code }));

test('an error with a known code has a hint for the operator', () => {
	expect(withCode('invalid_client').hint).toContain('client id');
});

// A service chooses the code.
test.each(['constructor', 'toString', 'unknown_code'])('an error with the code %s has no hint', (code) => {
	expect(withCode(code)).toHaveProperty('code', code);
	expect(withCode(code)).not.toHaveProperty('hint');
});
