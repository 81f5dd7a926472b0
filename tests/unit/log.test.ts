import { afterEach, expect, test, vi } from 'vitest';
import { log, startLogging } from '../../src/lib/server/log';

afterEach(() => void vi.restoreAllMocks());

/** What is written of an error. */
function written(error: Error): unknown {
	const lines: string[] = [];
	vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
	startLogging('info');
	log.error('a fault', { error });
	expect(lines).toHaveLength(1);
	return (JSON.parse(lines[0] ?? '') as { properties: { error: unknown } }).properties.error;
}

const refusal = (fields: Record<string, unknown>) => written(Object.assign(new Error('refused'), fields));

test('a refusal of the STS is logged with its code and what it says, without what it says of a person', () => {
	const error_description = 'Invalid scopes: openid eduid, for sanne@uni-noord.example';
	expect(refusal({ error: 'invalid_request', error_description })).toMatchObject({
		code: 'invalid_request',
		description: 'Invalid scopes: openid eduid, for [email]'
	});
});

test('a refusal that is no code is left out, and so is what comes with it', () => {
	const fields = refusal({ error: 'Eve was here\n', error_description: 'Eve was here' });
	expect(fields).not.toHaveProperty('code');
	expect(fields).not.toHaveProperty('description');
});

test('a description is cut, however long it is', () => {
	const { description } = refusal({ error: 'invalid_grant', error_description: 'no '.repeat(999) }) as {
		description: string;
	};
	expect(description).toHaveLength(200);
});
