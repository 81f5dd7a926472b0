import { redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { endpoint, reply } from '$lib/server/http/endpoint';
import { Problem, storeUnavailable } from '$lib/server/http/problem';
import { UpstreamError } from '$lib/server/http/upstream-error';
import { requestEvent } from '../../../harness/request-event';
import { log } from '$lib/server/log';

const limited = vi.hoisted(() => vi.fn());
vi.mock('$lib/server/log', () => ({ log: { limited, info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
beforeEach(() => vi.clearAllMocks());

const event = requestEvent({ path: '/api/x' });
const throwing = (error: unknown) =>
	endpoint(() => {
		throw error;
	})(event);

describe('an endpoint', () => {
	test.each([{ a: 1 }, null, [], 'text', 0])('returns a value with 200 and JSON: %j', async (value) => {
		const response = await endpoint(() => value)(event);
		expect(response.status).toBe(200);
		expect(await response.json()).toEqual(value);
	});

	test('waits for a promised value', async () => {
		expect(await (await endpoint(() => Promise.resolve({ a: 1 }))(event)).json()).toEqual({ a: 1 });
	});

	test('returns 204 without a value', async () => {
		const response = await endpoint(() => undefined)(event);
		expect(response.status).toBe(204);
		expect(await response.text()).toBe('');
	});

	test('returns a reply with its own status', async () => {
		const response = await endpoint(() => reply(202, { status: 'IDV_REQUIRED' }))(event);
		expect(response.status).toBe(202);
		expect(await response.json()).toEqual({ status: 'IDV_REQUIRED' });
	});

	test('logs no warning for a request that the client aborted', async () => {
		expect((await throwing(new UpstreamError('cancelled'))).status).toBe(503);
		expect(log.warn).not.toHaveBeenCalled();
	});

	test('passes a Response through untouched', async () => {
		const own = new Response('own', { status: 303 });
		expect(await endpoint(() => own)(event)).toBe(own);
	});

	test('returns a Problem from the table, with the request id', async () => {
		const response = await throwing(new Problem('not_found'));
		expect(response.status).toBe(404);
		expect(await response.json()).toMatchObject({ error: 'not_found', requestId: 'r1' });
		expect(log.warn).not.toHaveBeenCalled();
	});

	test('returns 400 and the name of the field if the input does not match the schema', async () => {
		const response = await endpoint(() => v.parse(v.object({ queryId: v.string() }), { queryId: 1 }))(event);
		expect(response.status).toBe(400);
		expect(await response.json()).toEqual({
			error: 'invalid_request',
			message: 'The field "queryId" is missing or not valid.',
			requestId: 'r1'
		});
	});

	test('logs an upstream fault with its facts and the request id', async () => {
		await throwing(new Problem('upstream_invalid', { facts: { operation: 'readStatus', fault: 'bad_shape' } }));
		expect(log.warn).toHaveBeenCalledExactlyOnceWith('a request failed because of an upstream service', {
			operation: 'readStatus',
			fault: 'bad_shape',
			code: 'upstream_invalid',
			requestId: 'r1'
		});
	});

	test('logs that the shared store was missing, without blaming an upstream service', async () => {
		await throwing(storeUnavailable());
		expect(log.warn).toHaveBeenCalledExactlyOnceWith('a request failed because of the shared store', {
			store: 'unavailable',
			code: 'upstream_unavailable',
			requestId: 'r1'
		});
	});

	test("logs a refusal by the portal itself with its reason, within the limit of clients' lines", async () => {
		await throwing(new Problem('busy', { facts: { reason: 'streams_process' } }));
		expect(log.warn).not.toHaveBeenCalled();
		expect(limited).toHaveBeenCalledExactlyOnceWith('the portal refused a request', {
			reason: 'streams_process',
			code: 'busy',
			requestId: 'r1'
		});
	});

	test('returns 500 for a bug, logs it with the request id, and exposes no details to the caller', async () => {
		const bug = new Error('token eyJ');
		const response = await throwing(bug);
		expect(response.status).toBe(500);
		expect(await response.text()).not.toContain('eyJ');
		expect(log.error).toHaveBeenCalledExactlyOnceWith('unexpected error', {
			requestId: 'r1',
			where: 'endpoint',
			error: bug
		});
	});

	test("leaves the framework's redirects alone", async () => {
		const leaving = await Promise.resolve()
			.then(() => redirect(303, '/login'))
			.catch((thrown: unknown) => thrown);
		await expect(throwing(leaving)).rejects.toBe(leaving);
	});
});
