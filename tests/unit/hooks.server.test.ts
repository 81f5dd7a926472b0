import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleError, init } from '../../src/hooks.server';
import { drainAll, finishAll } from '$lib/server/runtime';
import { log } from '$lib/server/log';
import { readiness } from '$lib/server/readiness';
import { closeStore, openStore } from '$lib/server/store';
import { currentTraceparent } from '$lib/server/upstream/tracing';
import { eventStreams } from '$lib/server/wallet/events';
import { requestEvent } from '../harness/request-event';

vi.mock('$lib/server/config', () => import('./server/configured'));
const current = vi.hoisted((): { event: object | undefined } => ({ event: undefined }));
vi.mock('$app/server', () => ({
	getRequestEvent: () => {
		if (!current.event) throw new Error('outside of a request');
		return current.event;
	}
}));
vi.mock('$lib/server/store', async (original) => ({
	...(await original<object>()),
	openStore: vi.fn(() => Promise.resolve()),
	closeStore: vi.fn(() => Promise.resolve())
}));
vi.mock('$lib/server/sts/metadata', async (original) => ({
	...(await original<object>()),
	stsFetch: async () => new Response()
}));
vi.mock('$lib/server/upstream/client', async (original) => ({
	...(await original<object>()),
	exchange: async () => ({ status: 200 })
}));

describe('an unhandled error', () => {
	const SECRET = 'connect ECONNREFUSED 10.0.0.7:6379';
	const logged = vi.spyOn(log, 'error').mockImplementation(() => {});
	beforeEach(() => logged.mockClear());

	const handled = (status: number, event = requestEvent({ routeId: '/(public)/help' })) =>
		handleError({ error: new Error(SECRET), event, status, message: status === 404 ? 'Not Found' : 'Internal Error' });

	test('is logged with its cause and the request id, and only shows that id', () => {
		const shown = handled(500);
		expect(shown).toEqual({ message: 'r1', requestId: 'r1' });
		expect(JSON.stringify(shown)).not.toContain(SECRET);
		expect(logged).toHaveBeenCalledExactlyOnceWith('unexpected error', {
			requestId: 'r1',
			where: 'application',
			route: '/(public)/help',
			error: expect.objectContaining({ message: SECRET })
		});
	});

	test('is not logged if it is a 404', () => {
		expect(handled(404)).toEqual({ message: 'Not Found', requestId: 'r1' });
		expect(logged).not.toHaveBeenCalled();
	});

	test('has a request id even if it occurs before the request has one', () => {
		const event = requestEvent();
		Object.assign(event.locals, { requestId: undefined });
		const shown = handled(500, event);
		const { requestId } = event.locals;
		expect(requestId).toMatch(/^[\da-f]{12}$/);
		expect(shown).toEqual({ message: requestId, requestId });
	});
});

describe('the application', () => {
	beforeEach(async () => {
		await init();
	});
	afterEach(() => {
		current.event = undefined;
		Reflect.deleteProperty(globalThis, Symbol.for('eduid-wallet-portal.shutdown'));
	});

	test('opens the store before it serves requests, and closes it at shutdown', async () => {
		expect(openStore).toHaveBeenCalled();
		await finishAll();
		expect(closeStore).toHaveBeenCalledOnce();
	});

	test('adds the id of the current request to each log line', () => {
		const lines: string[] = [];
		const info = vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line));
		log.info('outside');
		current.event = requestEvent();
		log.info('inside');
		info.mockRestore();
		const ids = lines.map((line) => (JSON.parse(line) as { properties: { requestId?: string } }).properties.requestId);
		expect(ids).toEqual([undefined, 'r1']);
	});

	test('has no trace context outside of a request, and before the handles have set it', () => {
		const outside = currentTraceparent();
		current.event = { ...requestEvent(), locals: {} };
		expect([outside, currentTraceparent()]).toEqual([undefined, undefined]);
	});

	test('does not hide a bug in what is read of the current request', () => {
		const bug = new TypeError('a bug');
		const getClientAddress = () => {
			throw bug;
		};
		current.event = { ...requestEvent(), getClientAddress };
		expect(() => log.limited('an error')).toThrow(bug);
	});

	test('limits the log lines that each client network can cause', () => {
		const lines: string[] = [];
		const info = vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line));
		const from = (address: string) => ({ ...requestEvent(), getClientAddress: () => address });
		for (let n = 0; n < 1300; n++) {
			current.event = from(`192.0.2.${n % 256}`);
			log.limited('an error');
		}
		expect(lines).toHaveLength(1201);
		current.event = from('198.51.100.1');
		log.limited('an error');
		info.mockRestore();
		expect(lines).toHaveLength(1202);
	});

	// Last: a process drains once.
	test('is no longer ready while it drains, and ends its event streams', async () => {
		const owner = { browser: 'b', walletSessions: ['w'], address: 'a' };
		const reader = eventStreams()
			.open(owner, 60_000, () => () => {})
			.body?.getReader();
		await reader?.read();
		expect(await readiness(0)).toMatchObject({ status: 'ready' });
		drainAll();
		expect(await readiness(0)).toMatchObject({ status: 'draining' });
		expect([await reader?.read(), eventStreams().size()]).toEqual([{ done: true, value: undefined }, 0]);
	});
});
