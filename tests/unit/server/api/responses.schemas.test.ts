import { describe, expect, test } from 'vitest';
import { type Json, nameSchemas } from '$lib/server/api/responses';

describe('named schemas', () => {
	test('are moved to the components, including nested ones', () => {
		const schemas: Record<string, Json> = {};
		const status = { title: 'Status', type: 'string' };
		const state = { title: 'State', type: 'object', properties: { status, others: { type: 'array', items: status } } };
		expect(nameSchemas({ schema: state, list: [status, 1, null] }, schemas)).toEqual({
			schema: { $ref: '#/components/schemas/State' },
			list: [{ $ref: '#/components/schemas/Status' }, 1, null]
		});
		const reference = { $ref: '#/components/schemas/Status' };
		expect(schemas).toEqual({
			Status: { type: 'string' },
			State: { type: 'object', properties: { status: reference, others: { type: 'array', items: reference } } }
		});
	});

	test('may have a property called title', () => {
		const properties = { title: { title: 'Heading', type: 'string' } };
		expect(nameSchemas({ properties }, {})).toEqual({
			properties: { title: { $ref: '#/components/schemas/Heading' } }
		});
	});

	test('cannot share a name', () => {
		const two = [
			{ title: 'Status', type: 'string' },
			{ title: 'Status', type: 'number' }
		];
		expect(() => nameSchemas(two, {})).toThrow('two schemas have the title Status');
	});
});
