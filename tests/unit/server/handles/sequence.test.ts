import { expect, test } from 'vitest';
import { type Handle, sequenceOf } from '$lib/server/handles/sequence';
import { requestEvent } from '../../../harness/request-event';

const seen: string[] = [];
const named =
	(name: string): Handle =>
	async ({ event, resolve }) => {
		seen.push(`${name} in`);
		const response = await resolve(event, { transformPageChunk: ({ html }) => `${html} ${name}` });
		seen.push(`${name} out`);
		return response;
	};

test('handles are nested, and the innermost one transforms the page first', async () => {
	const handle = sequenceOf(named('first'), ({ event, resolve }) => resolve(event), named('second'));
	const response = await handle({
		event: requestEvent(),
		resolve: async (_, options) => new Response(await options?.transformPageChunk?.({ html: 'page', done: true }))
	});
	expect(await response.text()).toBe('page second first');
	expect(seen).toEqual(['first in', 'second in', 'second out', 'first out']);
});

test('a handle that returns a response stops the sequence', async () => {
	const handle = sequenceOf(
		() => new Response('refused'),
		() => {
			throw new Error('reached');
		}
	);
	const response = await handle({ event: requestEvent(), resolve: () => new Response('reached') });
	expect(await response.text()).toBe('refused');
});
